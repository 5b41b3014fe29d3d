import bansos.fields
import bansos.history
import bansos.migration_operations
import bansos.models.attachment
import bansos.models.user
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bansos', '0001_initial'), ('bansos', '0002_second_month'), ('bansos', '0003_community')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(
        ),
        django.contrib.postgres.operations.UnaccentExtension(
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=24, primary_key=True, serialize=False, verbose_name='kode')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='induk')),
                ('level', models.CharField(choices=[('provinsi', 'Provinsi'), ('kota', 'Kota/Kabupaten'), ('kecamatan', 'Kecamatan'), ('kelurahan', 'Kelurahan'), ('rw', 'RW'), ('rt', 'RT')], max_length=10, verbose_name='tingkat')),
                ('name', models.CharField(max_length=100, verbose_name='nama')),
                ('postal_code', models.CharField(blank=True, max_length=5, verbose_name='kode pos')),
            ],
            options={
                'verbose_name': 'wilayah',
                'verbose_name_plural': 'wilayah',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('parent', None), ('code__startswith', models.F('parent_id')), _connector='OR'), name='region_code_begins_with_its_parent', violation_error_message='Kode wilayah harus diawali kode induknya.')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(max_length=60, unique=True, verbose_name='nama pengguna')),
                ('name', models.CharField(max_length=120, verbose_name='nama')),
                ('role', models.CharField(choices=[('admin', 'Admin sistem'), ('camat', 'Camat'), ('kesra', 'Kasi Kesra kecamatan'), ('lurah', 'Lurah'), ('staf', 'Staf kelurahan'), ('rw', 'Ketua RW'), ('rt', 'Ketua RT'), ('evaluator', 'Evaluator'), ('auditor', 'Auditor')], max_length=12, verbose_name='peran')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='wilayah')),
                ('kk_index', bansos.fields.IndexField(kind='', max_length=32, null=True, of='', verbose_name='KK keluarga sendiri')),
                ('is_active', models.BooleanField(default=True, verbose_name='aktif')),
                ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='dibuat')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'pengguna',
                'verbose_name_plural': 'pengguna',
                'ordering': ['username'],
                'constraints': [models.CheckConstraint(condition=models.Q(('region__isnull', False), ('is_superuser', True), _connector='OR'), name='user_has_a_region_unless_superuser', violation_error_message='Pilih wilayah pengguna ini.')],
            },
            managers=[
                ('objects', bansos.models.user.BansosUserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=80, verbose_name='milik')),
                ('title', models.CharField(max_length=120, verbose_name='lampiran')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bansos.region', verbose_name='wilayah')),
                ('permission', models.CharField(max_length=120, verbose_name='izin untuk membuka')),
                ('kind', models.CharField(choices=[('pdf', 'PDF'), ('jpg', 'Foto'), ('png', 'Gambar')], max_length=4, verbose_name='jenis')),
                ('file', models.FileField(blank=True, max_length=120, upload_to=bansos.models.attachment.random_name, verbose_name='berkas')),
                ('size', models.PositiveIntegerField(verbose_name='ukuran (bita)')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diunggah oleh')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='diunggah')),
            ],
            options={
                'verbose_name': 'lampiran',
                'verbose_name_plural': 'lampiran',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['subject'], name='attachment_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$'), ('size__gt', 0)), name='attachment_has_bytes')],
            },
        ),
        migrations.CreateModel(
            name='AttachmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.attachment')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('subject', models.CharField(max_length=80, verbose_name='milik')),
                ('title', models.CharField(max_length=120, verbose_name='lampiran')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('permission', models.CharField(max_length=120, verbose_name='izin untuk membuka')),
                ('kind', models.CharField(choices=[('pdf', 'PDF'), ('jpg', 'Foto'), ('png', 'Gambar')], max_length=4, verbose_name='jenis')),
                ('file', models.FileField(blank=True, max_length=120, upload_to=bansos.models.attachment.random_name, verbose_name='berkas')),
                ('size', models.PositiveIntegerField(verbose_name='ukuran (bita)')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('uploaded_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='diunggah oleh')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='diunggah')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_at', models.DateTimeField(auto_now_add=True, verbose_name='waktu')),
                ('table', models.CharField(max_length=63, verbose_name='tabel')),
                ('columns', models.JSONField(verbose_name='kolom')),
                ('identity', models.JSONField(default=list, verbose_name='kolom identitas')),
                ('after', models.BigIntegerField(verbose_name='sesudah nomor')),
                ('upto', models.BigIntegerField(verbose_name='sampai nomor')),
                ('rows', models.PositiveBigIntegerField(verbose_name='jumlah baris')),
                ('prints', models.BinaryField(verbose_name='sidik baris')),
                ('digest', models.BinaryField(max_length=32, verbose_name='segel')),
            ],
            options={
                'verbose_name': 'segel riwayat',
                'verbose_name_plural': 'segel riwayat',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('table', 'after'), name='audit_seal_follows_once'), models.CheckConstraint(condition=models.Q(('upto__gt', models.F('after'))), name='audit_seal_goes_forward')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='jenis')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='wilayah')),
                ('period', models.DateField(blank=True, null=True, verbose_name='periode')),
                ('subject', models.BigIntegerField(blank=True, null=True, verbose_name='nomor objek')),
                ('state', models.CharField(choices=[('antre', 'Antre'), ('jalan', 'Berjalan'), ('selesai', 'Selesai'), ('gagal', 'Gagal')], default='antre', max_length=8, verbose_name='keadaan')),
                ('progress', models.BigIntegerField(default=0, verbose_name='selesai')),
                ('total', models.BigIntegerField(default=0, verbose_name='jumlah')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='pesan')),
                ('result', models.JSONField(blank=True, default=dict, verbose_name='hasil')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='percobaan')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='dibuat')),
                ('heartbeat_at', models.DateTimeField(auto_now_add=True, verbose_name='denyut')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='mulai')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='berakhir')),
            ],
            options={
                'verbose_name': 'pekerjaan',
                'verbose_name_plural': 'pekerjaan',
                'ordering': ['-created_at'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['antre', 'jalan'])), fields=['heartbeat_at'], name='job_open_heartbeat')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['antre', 'jalan'])), fields=('kind', 'region', 'period', 'subject'), name='job_one_open_per_kind_region_period_subject', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='BulkAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=20, verbose_name='tindakan')),
                ('params', models.JSONField(default=dict, verbose_name='isian')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('state', models.CharField(choices=[('pratinjau', 'Menunggu persetujuan Anda'), ('jalan', 'Sedang dikerjakan'), ('selesai', 'Selesai'), ('kembali', 'Dikembalikan')], default='pratinjau', max_length=10, verbose_name='keadaan')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bansos.region', verbose_name='wilayah')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bansos.job', verbose_name='pekerjaan')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='dibuat')),
                ('done_at', models.DateTimeField(null=True, verbose_name='selesai pada')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='dikembalikan pada')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dikembalikan oleh')),
            ],
            options={
                'verbose_name': 'tindakan massal',
                'verbose_name_plural': 'tindakan massal',
                'ordering': ['-made_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='bulk_action_has_a_reason', violation_error_message='Tulis alasannya.'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_by', None)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='bulk_action_undone_by_and_at')],
            },
        ),
        migrations.CreateModel(
            name='BulkActionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.bulkaction')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('action', models.CharField(max_length=20, verbose_name='tindakan')),
                ('params', models.JSONField(default=dict, verbose_name='isian')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('state', models.CharField(choices=[('pratinjau', 'Menunggu persetujuan Anda'), ('jalan', 'Sedang dikerjakan'), ('selesai', 'Selesai'), ('kembali', 'Dikembalikan')], default='pratinjau', max_length=10, verbose_name='keadaan')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.job', verbose_name='pekerjaan')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='dibuat')),
                ('done_at', models.DateTimeField(null=True, verbose_name='selesai pada')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='dikembalikan pada')),
                ('undone_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dikembalikan oleh')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BulkRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bulk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='bansos.bulkaction', verbose_name='tindakan')),
                ('row', models.BigIntegerField(verbose_name='nomor')),
                ('label', models.CharField(max_length=200, verbose_name='apa')),
                ('state', models.CharField(choices=[('menunggu', 'Menunggu'), ('tidak', 'Tidak memenuhi'), ('selesai', 'Selesai'), ('dilewati', 'Dilewati'), ('kembali', 'Dikembalikan')], default='menunggu', max_length=10, verbose_name='keadaan')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='keterangan')),
                ('before', models.JSONField(default=dict, verbose_name='semula')),
            ],
            options={
                'verbose_name': 'baris tindakan massal',
                'verbose_name_plural': 'baris tindakan massal',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('bulk', 'row'), name='bulk_row_once')],
            },
        ),
        migrations.CreateModel(
            name='BulkRowEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.bulkrow')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('bulk', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.bulkaction', verbose_name='tindakan')),
                ('row', models.BigIntegerField(verbose_name='nomor')),
                ('label', models.CharField(max_length=200, verbose_name='apa')),
                ('state', models.CharField(choices=[('menunggu', 'Menunggu'), ('tidak', 'Tidak memenuhi'), ('selesai', 'Selesai'), ('dilewati', 'Dilewati'), ('kembali', 'Dikembalikan')], default='menunggu', max_length=10, verbose_name='keadaan')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='keterangan')),
                ('before', models.JSONField(default=dict, verbose_name='semula')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DataAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='waktu')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pengguna')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='wilayah')),
                ('subject', models.CharField(max_length=80, verbose_name='objek')),
                ('fields', models.CharField(max_length=200, verbose_name='data')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('rows', models.PositiveIntegerField(blank=True, null=True, verbose_name='jumlah baris')),
                ('what', models.CharField(blank=True, max_length=300, verbose_name='daftar dan saringan')),
                ('families', models.BinaryField(null=True)),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='alamat IP')),
            ],
            options={
                'verbose_name': 'akses data pribadi',
                'verbose_name_plural': 'akses data pribadi',
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['subject'], name='data_access_subject')],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('reason'), 5), name='data_access_has_a_reason', violation_error_message='Tulis alasannya, paling sedikit lima huruf.')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='waktu')),
                ('table', models.CharField(max_length=63, verbose_name='tabel')),
                ('rows', models.PositiveIntegerField(verbose_name='jumlah baris')),
                ('rule', models.CharField(max_length=40, verbose_name='aturan')),
                ('reason', models.CharField(max_length=300, verbose_name='dasar')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('prints', models.BinaryField(verbose_name='sidik')),
                ('digest', models.BinaryField(max_length=32, verbose_name='sidik dari sidik')),
            ],
            options={
                'verbose_name': 'penghapusan identitas',
                'verbose_name_plural': 'penghapusan identitas',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ErasureEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.erasure')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='waktu')),
                ('table', models.CharField(max_length=63, verbose_name='tabel')),
                ('rows', models.PositiveIntegerField(verbose_name='jumlah baris')),
                ('rule', models.CharField(max_length=40, verbose_name='aturan')),
                ('reason', models.CharField(max_length=300, verbose_name='dasar')),
                ('by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('digest', models.BinaryField(max_length=32, verbose_name='sidik dari sidik')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('on', models.DateField(primary_key=True, serialize=False, verbose_name='tanggal')),
                ('name', models.CharField(max_length=200, verbose_name='nama')),
            ],
            options={
                'verbose_name': 'hari libur',
                'verbose_name_plural': 'hari libur',
                'ordering': ['on'],
            },
        ),
        migrations.CreateModel(
            name='HolidayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.holiday')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('on', models.DateField(serialize=False, verbose_name='tanggal')),
                ('name', models.CharField(max_length=200, verbose_name='nama')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='untuk')),
                ('kind', models.CharField(choices=[('pengingat', 'Segera jatuh tempo'), ('hari_ini', 'Jatuh tempo hari ini'), ('terlambat', 'Terlambat'), ('dikembalikan', 'Dikembalikan'), ('pengganti', 'Pengganti'), ('kerabat', 'Keluarga petugas'), ('konflik', 'Beda jawaban'), ('keputusan', 'Kabar permohonan')], max_length=12, verbose_name='jenis')),
                ('sentence', models.CharField(max_length=300, verbose_name='pesan')),
                ('link', models.CharField(blank=True, max_length=200, verbose_name='tautan')),
                ('subject', models.CharField(max_length=40, verbose_name='tentang')),
                ('subject_id', models.BigIntegerField(verbose_name='nomor')),
                ('occasion', models.CharField(max_length=60, verbose_name='kejadian')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bansos.region', verbose_name='wilayah')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='dibuat')),
                ('read_at', models.DateTimeField(null=True, verbose_name='dibaca')),
            ],
            options={
                'verbose_name': 'pesan',
                'verbose_name_plural': 'pesan',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['recipient'], name='notification_unread'), models.Index(fields=['subject', 'subject_id'], name='notification_subject')],
                'constraints': [models.UniqueConstraint(fields=('recipient', 'kind', 'subject', 'subject_id', 'occasion'), name='notification_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('sentence__regex', '[0-9]{16}'), _negated=True), name='notification_without_identity_number'), models.CheckConstraint(condition=models.Q(('recipient__isnull', False), models.Q(('link', ''), models.Q(('sentence__contains', '://'), _negated=True)), _connector='OR'), name='notification_to_a_family_has_no_link')],
            },
        ),
        migrations.CreateModel(
            name='RegionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.region')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('code', models.CharField(max_length=24, serialize=False, verbose_name='kode')),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='induk')),
                ('level', models.CharField(choices=[('provinsi', 'Provinsi'), ('kota', 'Kota/Kabupaten'), ('kecamatan', 'Kecamatan'), ('kelurahan', 'Kelurahan'), ('rw', 'RW'), ('rt', 'RT')], max_length=10, verbose_name='tingkat')),
                ('name', models.CharField(max_length=100, verbose_name='nama')),
                ('postal_code', models.CharField(blank=True, max_length=5, verbose_name='kode pos')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.CharField(max_length=80, verbose_name='daftar')),
                ('name', models.CharField(max_length=60, verbose_name='nama')),
                ('query', models.CharField(max_length=500, verbose_name='saringan')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bansos.region', verbose_name='wilayah')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pembuat')),
                ('shared', models.BooleanField(default=False, verbose_name='untuk seluruh kantor')),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='disimpan')),
            ],
            options={
                'verbose_name': 'saringan tersimpan',
                'verbose_name_plural': 'saringan tersimpan',
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('owner', 'list', 'name'), name='saved_filter_one_per_name', violation_error_message='Anda sudah punya saringan dengan nama itu.'), models.CheckConstraint(condition=models.Q(models.Q(('query', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='saved_filter_says_something', violation_error_message='Saring daftarnya dulu, lalu beri nama.')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilterEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bansos.savedfilter')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('list', models.CharField(max_length=80, verbose_name='daftar')),
                ('name', models.CharField(max_length=60, verbose_name='nama')),
                ('query', models.CharField(max_length=500, verbose_name='saringan')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pembuat')),
                ('shared', models.BooleanField(default=False, verbose_name='untuk seluruh kantor')),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='disimpan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UserEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(max_length=60, verbose_name='nama pengguna')),
                ('name', models.CharField(max_length=120, verbose_name='nama')),
                ('role', models.CharField(choices=[('admin', 'Admin sistem'), ('camat', 'Camat'), ('kesra', 'Kasi Kesra kecamatan'), ('lurah', 'Lurah'), ('staf', 'Staf kelurahan'), ('rw', 'Ketua RW'), ('rt', 'Ketua RT'), ('evaluator', 'Evaluator'), ('auditor', 'Auditor')], max_length=12, verbose_name='peran')),
                ('region', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('kk_index', bansos.fields.IndexField(kind='', max_length=32, null=True, of='', verbose_name='KK keluarga sendiri')),
                ('is_active', models.BooleanField(default=True, verbose_name='aktif')),
                ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='dibuat')),
            ],
            options={
                'abstract': False,
            },
        ),
        bansos.migration_operations.AddTriggers(
            triggers=[pgtrigger.migrations.AddTrigger(
                model_name='region',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_regionevent" ("code", "level", "name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code") SELECT new_values."code", new_values."level", new_values."name", new_values."parent_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."code", new_values."postal_code" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0685ecebddea05130aa6a122ca43bd6ec64c1882', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_729ca', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_region', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='region',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_regionevent" ("code", "level", "name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code") SELECT new_values."code", new_values."level", new_values."name", new_values."parent_id", _pgh_attached_context.value, NOW(), \'update\', new_values."code", new_values."postal_code" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."code") = (new_values."code") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='11eaacc4b29586eee3f1f3460dd0cd0110cd6f0e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8f23c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_region', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='user',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_userevent" ("id", "is_active", "is_superuser", "joined_at", "kk_index", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "username") SELECT new_values."id", new_values."is_active", new_values."is_superuser", new_values."joined_at", new_values."kk_index", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region_id", new_values."role", new_values."username" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9cdbe72d506e0c25e2eff84b6cd875962450afb5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_71689', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_user', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='user',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_userevent" ("id", "is_active", "is_superuser", "joined_at", "kk_index", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "role", "username") SELECT new_values."id", new_values."is_active", new_values."is_superuser", new_values."joined_at", new_values."kk_index", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region_id", new_values."role", new_values."username" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."is_superuser" IS DISTINCT FROM (new_values."is_superuser") OR old_values."joined_at" IS DISTINCT FROM (new_values."joined_at") OR old_values."kk_index" IS DISTINCT FROM (new_values."kk_index") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."region_id" IS DISTINCT FROM (new_values."region_id") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."username" IS DISTINCT FROM (new_values."username")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ad74905952e6ceb55b77735748ded516d328200e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ae884', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_user', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attachment',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='475dfcbf894f2de54d62f1d494d810c1028f815a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3f21c', table='bansos_attachment', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attachment',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_attachmentevent" ("file", "id", "kind", "permission", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "sha256", "size", "subject", "title", "uploaded_at", "uploaded_by_id") SELECT new_values."file", new_values."id", new_values."kind", new_values."permission", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region_id", new_values."sha256", new_values."size", new_values."subject", new_values."title", new_values."uploaded_at", new_values."uploaded_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e8f8493e3ff04b1cae9adb3303680733b5ea218a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a0a17', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_attachment', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attachment',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_attachmentevent" ("file", "id", "kind", "permission", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "sha256", "size", "subject", "title", "uploaded_at", "uploaded_by_id") SELECT new_values."file", new_values."id", new_values."kind", new_values."permission", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region_id", new_values."sha256", new_values."size", new_values."subject", new_values."title", new_values."uploaded_at", new_values."uploaded_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='65b507c0e4ef08e36f936f42d19e3cb5d7d35b2d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_ded26', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_attachment', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='attachmentevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f6e4003a58a66ae3e9e7048b68ee2b3e57b2a38d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1e8bf', table='bansos_attachmentevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='auditseal',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0feba6cb732149b3ce50e59ffd58e3a7ff4e52c7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_20246', table='bansos_auditseal', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='bulkaction',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_bulkactionevent" ("action", "by_id", "done_at", "id", "job_id", "made_at", "params", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "state", "undone_at", "undone_by_id") SELECT new_values."action", new_values."by_id", new_values."done_at", new_values."id", new_values."job_id", new_values."made_at", new_values."params", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."region_id", new_values."state", new_values."undone_at", new_values."undone_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5c9f5d09a49fcca4d9301131a4984a5aab4037ff', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_052b6', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_bulkaction', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='bulkaction',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_bulkactionevent" ("action", "by_id", "done_at", "id", "job_id", "made_at", "params", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "region_id", "state", "undone_at", "undone_by_id") SELECT new_values."action", new_values."by_id", new_values."done_at", new_values."id", new_values."job_id", new_values."made_at", new_values."params", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."region_id", new_values."state", new_values."undone_at", new_values."undone_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a88cdd23a0768c0f3bb2253723551474fdbc8f15', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_89fa8', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_bulkaction', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='bulkactionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8edf31dd37ec4d67878bc9f982b6b1afba5ab29d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e5d0d', table='bansos_bulkactionevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='bulkrow',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_bulkrowevent" ("before", "bulk_id", "id", "label", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row", "state") SELECT new_values."before", new_values."bulk_id", new_values."id", new_values."label", new_values."note", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."row", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='862f90f05d0bbda6c88fecd21f507195e9571ae7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d671e', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_bulkrow', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='bulkrow',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_bulkrowevent" ("before", "bulk_id", "id", "label", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row", "state") SELECT new_values."before", new_values."bulk_id", new_values."id", new_values."label", new_values."note", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."row", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e5b50ab6edcfae7f816b368c3a8d5587d50542b8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_7791c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_bulkrow', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='bulkrowevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='da1e4870ba6924b32111e5502695d7e381ea85a9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_36d8d', table='bansos_bulkrowevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='dataaccess',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='08ffd738faa044200bb5fe396d4b369aa4d0a9dd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d3149', table='bansos_dataaccess', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='erasure',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fdecb2646d2ae18bef33f6d5d37c71db029ca2ac', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_77379', table='bansos_erasure', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='erasure',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_erasureevent" ("at", "by_id", "digest", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "rows", "rule", "table") SELECT new_values."at", new_values."by_id", new_values."digest", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."rows", new_values."rule", new_values."table" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='782d951ccc30a713a71ed62c96bfeb6fc487b011', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_9e248', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_erasure', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='erasure',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_erasureevent" ("at", "by_id", "digest", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "rows", "rule", "table") SELECT new_values."at", new_values."by_id", new_values."digest", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."rows", new_values."rule", new_values."table" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."at" IS DISTINCT FROM (new_values."at") OR old_values."by_id" IS DISTINCT FROM (new_values."by_id") OR old_values."digest" IS DISTINCT FROM (new_values."digest") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."reason" IS DISTINCT FROM (new_values."reason") OR old_values."rows" IS DISTINCT FROM (new_values."rows") OR old_values."rule" IS DISTINCT FROM (new_values."rule") OR old_values."table" IS DISTINCT FROM (new_values."table")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c42b3151985717449348e4307aca4e6bc339d84e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d6882', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_erasure', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='erasureevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='745e95b9dcb46bcfc1f40907f5416ffb1a3516c6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7bc79', table='bansos_erasureevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='holiday',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_holidayevent" ("name", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."name", new_values."on", _pgh_attached_context.value, NOW(), \'insert\', new_values."on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6352a101edda079f7d785af3032aba2d1c126db4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cbb60', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_holiday', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='holiday',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_holidayevent" ("name", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."name", new_values."on", _pgh_attached_context.value, NOW(), \'update\', new_values."on" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."on") = (new_values."on") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='05d172aee8037e4846649a537a56951c1273bba9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_bd04a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_holiday', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='holidayevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6c1d2b5146212157602d8ef571012181a09dbc9c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_52678', table='bansos_holidayevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='notification',
                trigger=pgtrigger.compiler.Trigger(name='told', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."recipient_id" IS DISTINCT FROM (NEW."recipient_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."sentence" IS DISTINCT FROM (NEW."sentence") OR OLD."link" IS DISTINCT FROM (NEW."link") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."occasion" IS DISTINCT FROM (NEW."occasion") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='aaa681e6828c823a93a34061674b07b74bad08b1', operation='UPDATE', pgid='pgtrigger_told_9fe82', table='bansos_notification', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='notification',
                trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4211dc1f142ef566a360b9555984ec3043190278', operation='DELETE', pgid='pgtrigger_kept_61a85', table='bansos_notification', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='regionevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='095c93e5d44145484b6b366d49b3275b495b60ee', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_59bfa', table='bansos_regionevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='savedfilter',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_savedfilterevent" ("id", "list", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "region_id", "saved_at", "shared") SELECT new_values."id", new_values."list", new_values."name", new_values."owner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."query", new_values."region_id", new_values."saved_at", new_values."shared" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9185da60ba742d4baa5cdf251a5a0fc658492d95', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_b24a0', referencing='REFERENCING NEW TABLE AS new_values ', table='bansos_savedfilter', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='savedfilter',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "bansos_savedfilterevent" ("id", "list", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "region_id", "saved_at", "shared") SELECT new_values."id", new_values."list", new_values."name", new_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."query", new_values."region_id", new_values."saved_at", new_values."shared" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4a4d9eeb0bebe6f0a8f11b1855e7e39679c82741', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_61f0c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='bansos_savedfilter', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='savedfilterevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8c0c3140e659770675d3f908d61207189d36415d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e6086', table='bansos_savedfilterevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='userevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='783b336e6fd2f09ac460831eed70ff110c33ad7f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_82775', table='bansos_userevent', when='BEFORE')),
            )],
        ),
    ]
