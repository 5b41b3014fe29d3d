import bansos.fields
import bansos.history
import bansos.migration_operations
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('distribution', '0001_initial'), ('distribution', '0002_second_month'), ('distribution', '0003_community')]

    initial = True

    dependencies = [
        ('bansos', '0001_squashed_0003_community'),
        ('beneficiaries', '0001_squashed_0003_community'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='kode')),
                ('name', models.CharField(max_length=120, verbose_name='nama')),
                ('kind', models.CharField(choices=[('uang', 'Uang'), ('barang', 'Barang'), ('pelatihan', 'Pelatihan')], max_length=10, verbose_name='bentuk')),
                ('summary', models.CharField(max_length=300, verbose_name='ringkasan')),
                ('contents', models.CharField(max_length=300, verbose_name='isi bantuan')),
                ('unit_value', bansos.fields.RupiahField(verbose_name='nilai per keluarga (Rp)')),
                ('frequency', models.CharField(max_length=120, verbose_name='seberapa sering')),
                ('who', models.TextField(blank=True, verbose_name='siapa yang boleh')),
                ('papers', models.TextField(blank=True, verbose_name='berkas')),
                ('steps', models.TextField(blank=True, verbose_name='langkah')),
                ('criteria_code', models.CharField(default='prioritas-lokal', max_length=40, verbose_name='kode kriteria')),
                ('legal_basis', models.CharField(blank=True, max_length=300, verbose_name='dasar hukum')),
                ('is_open', models.BooleanField(default=True, verbose_name='dibuka')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='urutan')),
            ],
            options={
                'verbose_name': 'program',
                'verbose_name_plural': 'program',
                'ordering': ['order', 'name'],
                'permissions': [('export_programme', 'Boleh mengunduh program'), ('import_programme', 'Boleh mengimpor program')],
                'constraints': [models.CheckConstraint(condition=models.Q(('unit_value__gte', 0)), name='programme_value_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='distribution.programme', verbose_name='program')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='wilayah')),
                ('name', models.CharField(max_length=120, verbose_name='nama angkatan')),
                ('place', models.CharField(max_length=200, verbose_name='tempat')),
                ('starts_on', models.DateField(verbose_name='mulai')),
                ('ends_on', models.DateField(verbose_name='selesai')),
                ('capacity', models.PositiveSmallIntegerField(verbose_name='daya tampung')),
                ('attendance_needed', models.PositiveSmallIntegerField(default=80, verbose_name='kehadiran untuk lulus (%)')),
            ],
            options={
                'verbose_name': 'angkatan pelatihan',
                'verbose_name_plural': 'pelatihan',
                'ordering': ['-starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='course_ends_after_it_starts', violation_error_message='Tanggal selesai tidak boleh sebelum tanggal mulai.'), models.CheckConstraint(condition=models.Q(('attendance_needed__range', (1, 100))), name='course_attendance_is_a_percentage', violation_error_message='Kehadiran untuk lulus antara 1 dan 100 persen.')],
            },
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='distribution.course', verbose_name='angkatan')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='beneficiaries.household', verbose_name='keluarga')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='beneficiaries.person', verbose_name='peserta')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='RT/RW')),
                ('status', models.CharField(choices=[('diterima', 'Diterima'), ('mengikuti', 'Mengikuti'), ('lulus', 'Lulus'), ('tidak_lulus', 'Tidak lulus'), ('mengundurkan_diri', 'Mengundurkan diri')], default='diterima', max_length=20, verbose_name='status')),
                ('points', models.IntegerField(verbose_name='nilai skor')),
                ('enrolled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='didaftarkan oleh')),
                ('enrolled_at', models.DateTimeField(auto_now_add=True, verbose_name='didaftarkan')),
                ('completed_on', models.DateField(blank=True, null=True, verbose_name='tanggal lulus')),
            ],
            options={
                'verbose_name': 'peserta',
                'verbose_name_plural': 'peserta',
                'ordering': ['course', '-points', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('course', 'household'), name='enrolment_one_person_per_household_and_course'), models.CheckConstraint(condition=models.Q(models.Q(('completed_on__isnull', False), ('status', 'lulus')), models.Q(models.Q(('status', 'lulus'), _negated=True), ('completed_on', None)), _connector='OR'), name='enrolment_completed_on_when_passed')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meetings', to='distribution.course', verbose_name='angkatan')),
                ('on', models.DateField(verbose_name='tanggal')),
                ('topic', models.CharField(max_length=200, verbose_name='materi')),
            ],
            options={
                'verbose_name': 'pertemuan',
                'verbose_name_plural': 'pertemuan',
                'ordering': ['on'],
                'constraints': [models.UniqueConstraint(fields=('course', 'on'), name='meeting_once_a_day_per_course', violation_error_message='Angkatan ini sudah punya pertemuan di tanggal itu.')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='distribution.meeting', verbose_name='pertemuan')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='distribution.enrolment', verbose_name='peserta')),
                ('present', models.BooleanField(verbose_name='hadir')),
            ],
            options={
                'verbose_name': 'kehadiran',
                'verbose_name_plural': 'kehadiran',
                'constraints': [models.UniqueConstraint(fields=('meeting', 'enrolment'), name='attendance_once')],
            },
        ),
        migrations.CreateModel(
            name='AttendanceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.attendance')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('meeting', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.meeting', verbose_name='pertemuan')),
                ('enrolment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.enrolment', verbose_name='peserta')),
                ('present', models.BooleanField(verbose_name='hadir')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CourseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.course')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('programme', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.programme', verbose_name='program')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('name', models.CharField(max_length=120, verbose_name='nama angkatan')),
                ('place', models.CharField(max_length=200, verbose_name='tempat')),
                ('starts_on', models.DateField(verbose_name='mulai')),
                ('ends_on', models.DateField(verbose_name='selesai')),
                ('capacity', models.PositiveSmallIntegerField(verbose_name='daya tampung')),
                ('attendance_needed', models.PositiveSmallIntegerField(default=80, verbose_name='kehadiran untuk lulus (%)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EnrolmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.enrolment')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('course', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.course', verbose_name='angkatan')),
                ('household', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.household', verbose_name='keluarga')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.person', verbose_name='peserta')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='RT/RW')),
                ('status', models.CharField(choices=[('diterima', 'Diterima'), ('mengikuti', 'Mengikuti'), ('lulus', 'Lulus'), ('tidak_lulus', 'Tidak lulus'), ('mengundurkan_diri', 'Mengundurkan diri')], default='diterima', max_length=20, verbose_name='status')),
                ('points', models.IntegerField(verbose_name='nilai skor')),
                ('enrolled_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='didaftarkan oleh')),
                ('enrolled_at', models.DateTimeField(auto_now_add=True, verbose_name='didaftarkan')),
                ('completed_on', models.DateField(blank=True, null=True, verbose_name='tanggal lulus')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='nama')),
                ('kind', models.CharField(choices=[('pemerintah', 'Pemerintah'), ('swasta', 'Perusahaan'), ('lsm', 'Lembaga swadaya masyarakat'), ('perorangan', 'Perorangan')], max_length=12, verbose_name='jenis')),
            ],
            options={
                'verbose_name': 'mitra',
                'verbose_name_plural': 'mitra',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Fund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='nama')),
                ('source', models.CharField(choices=[('apbd', 'APBD'), ('csr', 'CSR perusahaan'), ('lsm', 'LSM'), ('donasi', 'Donasi')], max_length=8, verbose_name='sumber dana')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='distribution.partner', verbose_name='mitra')),
                ('year', models.PositiveSmallIntegerField(verbose_name='tahun anggaran')),
                ('amount', bansos.fields.RupiahField(verbose_name='pagu (Rp)')),
                ('committed', bansos.fields.RupiahField(default=0, editable=False, verbose_name='terikat (Rp)')),
                ('spent', bansos.fields.RupiahField(default=0, editable=False, verbose_name='tersalur (Rp)')),
            ],
            options={
                'verbose_name': 'dana',
                'verbose_name_plural': 'dana',
                'ordering': ['-year', 'name'],
                'permissions': [('export_fund', 'Boleh mengunduh dana'), ('import_fund', 'Boleh mengimpor dana')],
                'constraints': [models.CheckConstraint(condition=models.Q(('committed__gte', 0), ('committed__lte', models.F('amount'))), name='fund_commits_no_more_than_it_holds', violation_error_message='Dana ini tidak cukup.'), models.CheckConstraint(condition=models.Q(('spent__gte', 0), ('spent__lte', models.F('committed'))), name='fund_spends_no_more_than_committed')],
            },
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='distribution.programme', verbose_name='program')),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='distribution.fund', verbose_name='dana')),
                ('period', models.DateField(help_text='Tanggal 1 bulan penyaluran.', verbose_name='periode')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='wilayah')),
                ('status', models.CharField(choices=[('rencana', 'Rencana'), ('daftar_disusun', 'Daftar disusun'), ('daftar_dikunci', 'Daftar dikunci'), ('disahkan', 'Disahkan'), ('penyaluran', 'Penyaluran'), ('ditutup', 'Ditutup'), ('dibatalkan', 'Dibatalkan')], default='rencana', max_length=16, verbose_name='status')),
                ('unit_value', bansos.fields.RupiahField(verbose_name='nilai per keluarga (Rp)')),
                ('budget', bansos.fields.RupiahField(verbose_name='anggaran putaran (Rp)')),
                ('criteria_set', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='beneficiaries.criteriaset', verbose_name='kriteria')),
                ('cutoff', models.IntegerField(blank=True, editable=False, null=True, verbose_name='nilai terendah yang masuk')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='tempat penyerahan')),
                ('hands_over_on', models.DateField(blank=True, null=True, verbose_name='tanggal penyerahan')),
                ('hours', models.CharField(blank=True, max_length=60, verbose_name='jam')),
                ('list_hash', models.CharField(blank=True, editable=False, max_length=64, verbose_name='sidik daftar')),
                ('proposed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disusun oleh')),
                ('proposed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='disusun')),
                ('frozen_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dikunci oleh')),
                ('frozen_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='dikunci')),
                ('approved_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disahkan oleh')),
                ('approved_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='disahkan')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='ditutup')),
            ],
            options={
                'verbose_name': 'putaran',
                'verbose_name_plural': 'putaran',
                'ordering': ['-period', 'programme__order'],
                'permissions': [('propose_round', 'Boleh menyusun daftar putaran'), ('approve_round', 'Boleh mengesahkan putaran')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'dibatalkan'), _negated=True), fields=('programme', 'period', 'region'), name='round_one_per_programme_and_period', violation_error_message='Program ini sudah punya putaran di bulan itu.'), models.CheckConstraint(condition=models.Q(('period__day', 1)), name='round_period_is_first_of_month', violation_error_message='Periode ditulis sebagai tanggal 1.'), models.CheckConstraint(condition=models.Q(('budget__gt', 0), ('unit_value__gt', 0)), name='round_amounts_are_positive', violation_error_message='Nilai per keluarga dan anggaran harus lebih dari nol.'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(models.Q(('approved_by', models.F('proposed_by')), _negated=True), models.Q(('approved_by', models.F('frozen_by')), _negated=True)), _connector='OR'), name='round_approved_by_another_than_the_proposer', violation_error_message='Putaran disahkan oleh orang lain daripada yang menyusun.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='round_approved_by_and_at_together'), models.CheckConstraint(condition=models.Q(models.Q(('frozen_at', None), ('frozen_by', None)), models.Q(('frozen_at__isnull', False), ('frozen_by__isnull', False)), _connector='OR'), name='round_frozen_by_and_at_together'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['disahkan', 'penyaluran', 'ditutup']), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='round_in_force_is_approved')],
            },
        ),
        migrations.CreateModel(
            name='Entitlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='distribution.round', verbose_name='putaran')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entitlements', to='beneficiaries.household', verbose_name='keluarga')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='RT/RW')),
                ('status', models.CharField(choices=[('direncanakan', 'Direncanakan'), ('dialokasikan', 'Siap diambil'), ('diserahkan', 'Diserahkan'), ('diserahkan_perwakilan', 'Diserahkan ke wakil'), ('ditahan', 'Ditahan'), ('gagal_salur', 'Gagal salur'), ('dibatalkan', 'Dibatalkan')], db_default='direncanakan', default='direncanakan', max_length=24, verbose_name='status')),
                ('code', models.CharField(max_length=10, unique=True, verbose_name='kode ambil')),
                ('value', bansos.fields.RupiahField(verbose_name='nilai (Rp)')),
                ('points', models.IntegerField(verbose_name='nilai skor')),
                ('hits', models.BigIntegerField(verbose_name='butir terpenuhi')),
                ('criteria_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='beneficiaries.criteriaset', verbose_name='kriteria')),
                ('rank', models.PositiveIntegerField(verbose_name='urutan di kelurahan')),
                ('status_reason', models.CharField(blank=True, max_length=300, verbose_name='alasan status')),
            ],
            options={
                'verbose_name': 'hak penerima',
                'verbose_name_plural': 'hak penerima',
                'ordering': ['round', 'region', 'rank'],
                'permissions': [('hand_over', 'Boleh menyerahkan bantuan')],
                'constraints': [models.UniqueConstraint(fields=('round', 'household'), name='entitlement_once_per_round_and_household'), models.CheckConstraint(condition=models.Q(('value__gt', 0)), name='entitlement_value_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='EntitlementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.entitlement')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('round', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.round', verbose_name='putaran')),
                ('household', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.household', verbose_name='keluarga')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='RT/RW')),
                ('status', models.CharField(choices=[('direncanakan', 'Direncanakan'), ('dialokasikan', 'Siap diambil'), ('diserahkan', 'Diserahkan'), ('diserahkan_perwakilan', 'Diserahkan ke wakil'), ('ditahan', 'Ditahan'), ('gagal_salur', 'Gagal salur'), ('dibatalkan', 'Dibatalkan')], db_default='direncanakan', default='direncanakan', max_length=24, verbose_name='status')),
                ('code', models.CharField(max_length=10, verbose_name='kode ambil')),
                ('value', bansos.fields.RupiahField(verbose_name='nilai (Rp)')),
                ('points', models.IntegerField(verbose_name='nilai skor')),
                ('hits', models.BigIntegerField(verbose_name='butir terpenuhi')),
                ('criteria_set', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.criteriaset', verbose_name='kriteria')),
                ('rank', models.PositiveIntegerField(verbose_name='urutan di kelurahan')),
                ('status_reason', models.CharField(blank=True, max_length=300, verbose_name='alasan status')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entitlement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='handover', to='distribution.entitlement', verbose_name='hak')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='RT/RW')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='beneficiaries.person', verbose_name='penerima')),
                ('method', models.CharField(choices=[('sendiri', 'Diambil sendiri'), ('perwakilan', 'Diwakili anggota KK')], max_length=12, verbose_name='cara')),
                ('value', bansos.fields.RupiahField(verbose_name='nilai (Rp)')),
                ('identity_seen', models.BooleanField(verbose_name='KTP dan KK asli dilihat')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='catatan')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='petugas')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'penyerahan',
                'verbose_name_plural': 'penyerahan',
                'ordering': ['-at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('identity_seen', True)), name='handover_needs_identity_seen', violation_error_message='Lihat KTP dan KK asli lebih dulu.')],
            },
        ),
        migrations.CreateModel(
            name='FundEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='distribution.fund', verbose_name='dana')),
                ('kind', models.CharField(choices=[('komitmen', 'Diikat oleh putaran'), ('pelepasan', 'Dilepas dari putaran'), ('salur', 'Disalurkan')], max_length=10, verbose_name='jenis')),
                ('amount', bansos.fields.RupiahField(verbose_name='jumlah (Rp)')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='distribution.round', verbose_name='putaran')),
                ('handover', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='distribution.handover', verbose_name='penyerahan')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'buku dana',
                'verbose_name_plural': 'buku dana',
                'ordering': ['at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='fund_entry_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='FundEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.fund')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120, verbose_name='nama')),
                ('source', models.CharField(choices=[('apbd', 'APBD'), ('csr', 'CSR perusahaan'), ('lsm', 'LSM'), ('donasi', 'Donasi')], max_length=8, verbose_name='sumber dana')),
                ('partner', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.partner', verbose_name='mitra')),
                ('year', models.PositiveSmallIntegerField(verbose_name='tahun anggaran')),
                ('amount', bansos.fields.RupiahField(verbose_name='pagu (Rp)')),
                ('committed', bansos.fields.RupiahField(default=0, editable=False, verbose_name='terikat (Rp)')),
                ('spent', bansos.fields.RupiahField(default=0, editable=False, verbose_name='tersalur (Rp)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MeetingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.meeting')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('course', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.course', verbose_name='angkatan')),
                ('on', models.DateField(verbose_name='tanggal')),
                ('topic', models.CharField(max_length=200, verbose_name='materi')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PartnerEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.partner')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120, verbose_name='nama')),
                ('kind', models.CharField(choices=[('pemerintah', 'Pemerintah'), ('swasta', 'Perusahaan'), ('lsm', 'Lembaga swadaya masyarakat'), ('perorangan', 'Perorangan')], max_length=12, verbose_name='jenis')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProgrammeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.programme')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, max_length=40, verbose_name='kode')),
                ('name', models.CharField(max_length=120, verbose_name='nama')),
                ('kind', models.CharField(choices=[('uang', 'Uang'), ('barang', 'Barang'), ('pelatihan', 'Pelatihan')], max_length=10, verbose_name='bentuk')),
                ('summary', models.CharField(max_length=300, verbose_name='ringkasan')),
                ('contents', models.CharField(max_length=300, verbose_name='isi bantuan')),
                ('unit_value', bansos.fields.RupiahField(verbose_name='nilai per keluarga (Rp)')),
                ('frequency', models.CharField(max_length=120, verbose_name='seberapa sering')),
                ('who', models.TextField(blank=True, verbose_name='siapa yang boleh')),
                ('papers', models.TextField(blank=True, verbose_name='berkas')),
                ('steps', models.TextField(blank=True, verbose_name='langkah')),
                ('criteria_code', models.CharField(default='prioritas-lokal', max_length=40, verbose_name='kode kriteria')),
                ('legal_basis', models.CharField(blank=True, max_length=300, verbose_name='dasar hukum')),
                ('is_open', models.BooleanField(default=True, verbose_name='dibuka')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='urutan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotas', to='distribution.round', verbose_name='putaran')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='kelurahan')),
                ('households', models.PositiveIntegerField(verbose_name='kuota keluarga')),
            ],
            options={
                'verbose_name': 'kuota',
                'verbose_name_plural': 'kuota',
                'ordering': ['region'],
                'constraints': [models.UniqueConstraint(fields=('round', 'region'), name='quota_once_per_round_and_region')],
            },
        ),
        migrations.CreateModel(
            name='QuotaEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.quota')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('round', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.round', verbose_name='putaran')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='kelurahan')),
                ('households', models.PositiveIntegerField(verbose_name='kuota keluarga')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RoundEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='distribution.round')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('programme', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.programme', verbose_name='program')),
                ('fund', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='distribution.fund', verbose_name='dana')),
                ('period', models.DateField(help_text='Tanggal 1 bulan penyaluran.', verbose_name='periode')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('status', models.CharField(choices=[('rencana', 'Rencana'), ('daftar_disusun', 'Daftar disusun'), ('daftar_dikunci', 'Daftar dikunci'), ('disahkan', 'Disahkan'), ('penyaluran', 'Penyaluran'), ('ditutup', 'Ditutup'), ('dibatalkan', 'Dibatalkan')], default='rencana', max_length=16, verbose_name='status')),
                ('unit_value', bansos.fields.RupiahField(verbose_name='nilai per keluarga (Rp)')),
                ('budget', bansos.fields.RupiahField(verbose_name='anggaran putaran (Rp)')),
                ('criteria_set', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.criteriaset', verbose_name='kriteria')),
                ('cutoff', models.IntegerField(blank=True, editable=False, null=True, verbose_name='nilai terendah yang masuk')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='tempat penyerahan')),
                ('hands_over_on', models.DateField(blank=True, null=True, verbose_name='tanggal penyerahan')),
                ('hours', models.CharField(blank=True, max_length=60, verbose_name='jam')),
                ('list_hash', models.CharField(blank=True, editable=False, max_length=64, verbose_name='sidik daftar')),
                ('proposed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disusun oleh')),
                ('proposed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='disusun')),
                ('frozen_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dikunci oleh')),
                ('frozen_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='dikunci')),
                ('approved_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='disahkan oleh')),
                ('approved_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='disahkan')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='ditutup')),
            ],
            options={
                'abstract': False,
            },
        ),
        bansos.migration_operations.AddTriggers(
            triggers=[pgtrigger.migrations.AddTrigger(
                model_name='programme',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_programmeevent" ("code", "contents", "criteria_code", "frequency", "id", "is_open", "kind", "legal_basis", "name", "order", "papers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "steps", "summary", "unit_value", "who") SELECT new_values."code", new_values."contents", new_values."criteria_code", new_values."frequency", new_values."id", new_values."is_open", new_values."kind", new_values."legal_basis", new_values."name", new_values."order", new_values."papers", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."steps", new_values."summary", new_values."unit_value", new_values."who" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1a9848ffd7ee930ccc9ff1c33897230dcaf106e5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6d91a', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_programme', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='programme',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_programmeevent" ("code", "contents", "criteria_code", "frequency", "id", "is_open", "kind", "legal_basis", "name", "order", "papers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "steps", "summary", "unit_value", "who") SELECT new_values."code", new_values."contents", new_values."criteria_code", new_values."frequency", new_values."id", new_values."is_open", new_values."kind", new_values."legal_basis", new_values."name", new_values."order", new_values."papers", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."steps", new_values."summary", new_values."unit_value", new_values."who" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0d6a5af5ebc04425888ba3c7e116751b3c2d47a3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_b47fa', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_programme', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='course',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_courseevent" ("attendance_needed", "capacity", "ends_on", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "programme_id", "region_id", "starts_on") SELECT new_values."attendance_needed", new_values."capacity", new_values."ends_on", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."programme_id", new_values."region_id", new_values."starts_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='64e3f9a34020bf2c3b25913aa0ee465c765e3d0d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_68a47', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_course', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='course',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_courseevent" ("attendance_needed", "capacity", "ends_on", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "programme_id", "region_id", "starts_on") SELECT new_values."attendance_needed", new_values."capacity", new_values."ends_on", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."programme_id", new_values."region_id", new_values."starts_on" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='96200a7126340ced3dd3ecbd5234de4debf7fd0c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e4d2d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_course', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='enrolment',
                trigger=pgtrigger.compiler.Trigger(name='status_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{diterima:mengikuti,diterima:tidak_lulus,diterima:mengundurkan_diri,mengikuti:lulus,mengikuti:tidak_lulus,mengikuti:mengundurkan_diri}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='0689669a6a715579d20ec92581379c1dee4036b7', operation='UPDATE', pgid='pgtrigger_status_transitions_8a2a2', table='distribution_enrolment', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='enrolment',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_enrolmentevent" ("completed_on", "course_id", "enrolled_at", "enrolled_by_id", "household_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "region_id", "status") SELECT new_values."completed_on", new_values."course_id", new_values."enrolled_at", new_values."enrolled_by_id", new_values."household_id", new_values."id", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."points", new_values."region_id", new_values."status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c6f58c112df5e2d849c7b5fe251e978fdea2919b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2c751', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_enrolment', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='enrolment',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_enrolmentevent" ("completed_on", "course_id", "enrolled_at", "enrolled_by_id", "household_id", "id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "region_id", "status") SELECT new_values."completed_on", new_values."course_id", new_values."enrolled_at", new_values."enrolled_by_id", new_values."household_id", new_values."id", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."points", new_values."region_id", new_values."status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='871b8a88bb1835d48f930126be3ba0d3df3c5ff1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ed55f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_enrolment', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='meeting',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_meetingevent" ("course_id", "id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "topic") SELECT new_values."course_id", new_values."id", new_values."on", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."topic" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4faa0f6090fb35a67f32334a83a986bed349bb07', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_9cd1f', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_meeting', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='meeting',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_meetingevent" ("course_id", "id", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "topic") SELECT new_values."course_id", new_values."id", new_values."on", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."topic" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1132572d350564a32691111278bc68ce5f8315b8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8af44', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_meeting', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attendance',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_attendanceevent" ("enrolment_id", "id", "meeting_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "present") SELECT new_values."enrolment_id", new_values."id", new_values."meeting_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."present" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d15fa90661995b86c6dad589fe7eda396deed6d9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2bb3c', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_attendance', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attendance',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_attendanceevent" ("enrolment_id", "id", "meeting_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "present") SELECT new_values."enrolment_id", new_values."id", new_values."meeting_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."present" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='91ec16c60f90d6d9de8ac3166b0409ea807ae24e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0403c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_attendance', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attendanceevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cf6aaf0e2771aa1d9b20c9c20af4e3e706159ff2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1ff3c', table='distribution_attendanceevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='courseevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='152481d59ec286c354a5b2407c9c12cfb7a664ff', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_694ea', table='distribution_courseevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='enrolmentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='29148472812e011d4c842794f46dd0332b09c670', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_caf8a', table='distribution_enrolmentevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='partner',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_partnerevent" ("id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."kind", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7fdbedda3a099de04cc470ac238d41124d1c5ceb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_abeb4', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_partner', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='partner',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_partnerevent" ("id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."kind", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='536bfbff7be5dae7b9b7f2a6d1c565214012fcd9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_190af', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_partner', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='fund',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_fundevent" ("amount", "committed", "id", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "spent", "year") SELECT new_values."amount", new_values."committed", new_values."id", new_values."name", new_values."partner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."source", new_values."spent", new_values."year" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='66f228de6a6689a905cf262c06a5187ccd426d93', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cf2f3', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_fund', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='fund',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_fundevent" ("amount", "committed", "id", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "spent", "year") SELECT new_values."amount", new_values."committed", new_values."id", new_values."name", new_values."partner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."source", new_values."spent", new_values."year" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1bb3fe3ecf0415a6d04eea7c06bb3b499122a039', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e1eff', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_fund', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='round',
                trigger=pgtrigger.compiler.Trigger(name='status_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{rencana:daftar_disusun,daftar_disusun:daftar_dikunci,daftar_dikunci:disahkan,disahkan:penyaluran,disahkan:ditutup,penyaluran:ditutup,rencana:dibatalkan,daftar_disusun:dibatalkan,daftar_dikunci:dibatalkan}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='3893750b13e0cc2b62b44f3f5f1066fe1476e236', operation='UPDATE', pgid='pgtrigger_status_transitions_4802f', table='distribution_round', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='round',
                trigger=pgtrigger.compiler.Trigger(name='frozen_round_is_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'daftar_dikunci\', \'disahkan\', \'penyaluran\', \'ditutup\') AND (OLD."programme_id" IS DISTINCT FROM (NEW."programme_id") OR OLD."fund_id" IS DISTINCT FROM (NEW."fund_id") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."unit_value" IS DISTINCT FROM (NEW."unit_value") OR OLD."budget" IS DISTINCT FROM (NEW."budget") OR OLD."criteria_set_id" IS DISTINCT FROM (NEW."criteria_set_id") OR OLD."cutoff" IS DISTINCT FROM (NEW."cutoff") OR OLD."list_hash" IS DISTINCT FROM (NEW."list_hash") OR OLD."proposed_by_id" IS DISTINCT FROM (NEW."proposed_by_id") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at") OR OLD."frozen_by_id" IS DISTINCT FROM (NEW."frozen_by_id") OR OLD."frozen_at" IS DISTINCT FROM (NEW."frozen_at")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='345f6bfb313141012cd12e6f06403814ebc9c302', operation='UPDATE', pgid='pgtrigger_frozen_round_is_fixed_1850f', table='distribution_round', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='round',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_roundevent" ("approved_at", "approved_by_id", "budget", "closed_at", "criteria_set_id", "cutoff", "frozen_at", "frozen_by_id", "fund_id", "hands_over_on", "hours", "id", "list_hash", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "programme_id", "proposed_at", "proposed_by_id", "region_id", "status", "unit_value") SELECT new_values."approved_at", new_values."approved_by_id", new_values."budget", new_values."closed_at", new_values."criteria_set_id", new_values."cutoff", new_values."frozen_at", new_values."frozen_by_id", new_values."fund_id", new_values."hands_over_on", new_values."hours", new_values."id", new_values."list_hash", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."programme_id", new_values."proposed_at", new_values."proposed_by_id", new_values."region_id", new_values."status", new_values."unit_value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a862208bb1323d779f388266dabecfaa4d654ed2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_086df', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_round', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='round',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_roundevent" ("approved_at", "approved_by_id", "budget", "closed_at", "criteria_set_id", "cutoff", "frozen_at", "frozen_by_id", "fund_id", "hands_over_on", "hours", "id", "list_hash", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "programme_id", "proposed_at", "proposed_by_id", "region_id", "status", "unit_value") SELECT new_values."approved_at", new_values."approved_by_id", new_values."budget", new_values."closed_at", new_values."criteria_set_id", new_values."cutoff", new_values."frozen_at", new_values."frozen_by_id", new_values."fund_id", new_values."hands_over_on", new_values."hours", new_values."id", new_values."list_hash", new_values."period", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."programme_id", new_values."proposed_at", new_values."proposed_by_id", new_values."region_id", new_values."status", new_values."unit_value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='782e930d384d2e2b9cc0c7f98338cdb230972848', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_20cd6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_round', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entitlement',
                trigger=pgtrigger.compiler.Trigger(name='status_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{direncanakan:dialokasikan,dialokasikan:diserahkan,dialokasikan:diserahkan_perwakilan,dialokasikan:ditahan,ditahan:dialokasikan,dialokasikan:gagal_salur,ditahan:gagal_salur,direncanakan:dibatalkan}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='0c60183ddf8040a53ef1aa626ecbb30a67396a49', operation='UPDATE', pgid='pgtrigger_status_transitions_39aca', table='distribution_entitlement', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entitlement',
                trigger=pgtrigger.compiler.Trigger(name='frozen_list_is_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE state text;', func="\n                    SELECT status INTO state FROM distribution_round\n                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;\n                    IF state NOT IN ('rencana', 'daftar_disusun') THEN\n                        RAISE EXCEPTION 'the list is frozen' USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'frozen_list_is_fixed';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ", hash='90d210446b8fefcd34533acfc3b322d486b5625f', operation='INSERT OR DELETE OR UPDATE OF "round_id", "household_id", "region_id", "code", "value", "points", "hits", "criteria_set_id", "rank"', pgid='pgtrigger_frozen_list_is_fixed_5209b', table='distribution_entitlement', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entitlement',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_entitlementevent" ("code", "criteria_set_id", "hits", "household_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "rank", "region_id", "round_id", "status", "status_reason", "value") SELECT new_values."code", new_values."criteria_set_id", new_values."hits", new_values."household_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."points", new_values."rank", new_values."region_id", new_values."round_id", new_values."status", new_values."status_reason", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dac4357ff3dbf1c0487d7bf68987232bbe63bae0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_801b8', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_entitlement', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entitlement',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_entitlementevent" ("code", "criteria_set_id", "hits", "household_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "rank", "region_id", "round_id", "status", "status_reason", "value") SELECT new_values."code", new_values."criteria_set_id", new_values."hits", new_values."household_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."points", new_values."rank", new_values."region_id", new_values."round_id", new_values."status", new_values."status_reason", new_values."value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='38fbe575d02e8d620a7562c213f1b4afc13e7b0a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8e866', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_entitlement', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='entitlementevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2fb84eb68e37465f8db8d81aa68d05f9a3943083', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b571c', table='distribution_entitlementevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='handover',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='178b298a00aca63af2ba0276de9ec0d7adc7a839', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d2158', table='distribution_handover', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='handover',
                trigger=pgtrigger.compiler.Trigger(name='recipient_lives_and_belongs', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM beneficiaries_person p\n                        JOIN distribution_entitlement e ON e.household_id = p.household_id\n                        JOIN beneficiaries_household h ON h.id = p.household_id AND h.status = 'aktif'\n                        WHERE p.id = NEW.recipient_id AND e.id = NEW.entitlement_id AND p.died_on IS NULL\n                            AND p.left_on IS NULL AND p.merged_into_id IS NULL\n                    ) THEN\n                        RAISE EXCEPTION 'recipient died or is of another household' USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'recipient_lives_and_belongs';\n                    END IF;\n                    RETURN NEW;\n                ", hash='2b4f868add6994f7c2e65469c5a938bce4accd00', operation='INSERT', pgid='pgtrigger_recipient_lives_and_belongs_abea2', table='distribution_handover', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='handover',
                trigger=pgtrigger.compiler.Trigger(name='giver_is_not_the_approver', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM distribution_entitlement e JOIN distribution_round r ON r.id = e.round_id\n                        WHERE e.id = NEW.entitlement_id AND r.approved_by_id = NEW.by_id\n                    ) THEN\n                        RAISE EXCEPTION 'who approved the round hands nothing over' USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'giver_is_not_the_approver';\n                    END IF;\n                    RETURN NEW;\n                ", hash='6eec8fefea88d7f56a34dab2009c95ee35a9fa6d', operation='INSERT', pgid='pgtrigger_giver_is_not_the_approver_be8e1', table='distribution_handover', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='handover',
                trigger=pgtrigger.compiler.Trigger(name='giver_is_no_relative', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF EXISTS (SELECT FROM bansos_user u WHERE u.id = NEW.by_id AND u.kk_index = (\n    SELECT h.kk_index FROM distribution_entitlement e JOIN beneficiaries_household h ON h.id = e.household_id\n    WHERE e.id = NEW.entitlement_id\n)) OR EXISTS (\n            SELECT FROM beneficiaries_kinship k\n            WHERE k.officer_id = NEW.by_id AND k.kk_index = (\n    SELECT h.kk_index FROM distribution_entitlement e JOIN beneficiaries_household h ON h.id = e.household_id\n    WHERE e.id = NEW.entitlement_id\n) AND k.ended_at IS NULL\n        ) THEN\n            RAISE EXCEPTION 'own or a relative''s household' USING ERRCODE = 'check_violation',\n                CONSTRAINT = 'not_the_own_family';\n        END IF;\n    RETURN NEW;", hash='24e370ba8259f718f04410bb6b397d94036e8c63', operation='INSERT', pgid='pgtrigger_giver_is_no_relative_b4724', table='distribution_handover', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='fundentry',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0d55034f76da80791a2de5c77e9291059b354614', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_cac6e', table='distribution_fundentry', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='fundevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cc381efe22cea88e727b7bdbb8caa5d226380332', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_264a2', table='distribution_fundevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='meetingevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6bfffdb6f807aa6d3532217469fa00a68c0eaa7d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_405ac', table='distribution_meetingevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='partnerevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a97bae3b137ce597f377954c6a97a782b7b1a524', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6ab2a', table='distribution_partnerevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='programmeevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e5cc4032d23d3aae809bc0e1cd3ec194d76056f7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c0f68', table='distribution_programmeevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='quota',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_quotaevent" ("households", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "round_id") SELECT new_values."households", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region_id", new_values."round_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d5783670d1c9bc9636a980bbba73ea4fd7020468', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_63937', referencing='REFERENCING NEW TABLE AS new_values ', table='distribution_quota', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='quota',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "distribution_quotaevent" ("households", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "round_id") SELECT new_values."households", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region_id", new_values."round_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='413fd6c3392b2f283642391da7c1aca37cb51dd5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_1ad55', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='distribution_quota', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='quotaevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8ab634dd374de8484daac29a867d1061d74425df', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e3f9c', table='distribution_quotaevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='roundevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6c97de19b67dd002f7bf485cff67758a05da621a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_aff36', table='distribution_roundevent', when='BEFORE')),
            )],
        ),
    ]
