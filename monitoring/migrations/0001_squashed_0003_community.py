import bansos.fields
import bansos.history
import bansos.migration_operations
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('monitoring', '0001_initial'), ('monitoring', '0002_second_month'), ('monitoring', '0003_community')]

    initial = True

    dependencies = [
        ('bansos', '0001_squashed_0003_community'),
        ('beneficiaries', '0001_squashed_0003_community'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(editable=False, max_length=10, unique=True, verbose_name='nomor bukti')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to='beneficiaries.person', verbose_name='warga')),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to='beneficiaries.application', verbose_name='permohonan')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='RT/RW')),
                ('kind', models.CharField(choices=[('salinan', 'Salinan data saya'), ('perbaikan', 'Perbaiki data saya'), ('pembatasan', 'Hentikan dulu pemakaian data saya'), ('penghapusan', 'Hapus data saya')], max_length=12, verbose_name='permintaan')),
                ('datum', models.CharField(blank=True, max_length=40, verbose_name='data yang keliru')),
                ('wanted', bansos.fields.EncryptedField(blank=True, editable=True, null=True, verbose_name='seharusnya')),
                ('story', bansos.fields.EncryptedField(blank=True, editable=True, null=True, verbose_name='keterangan')),
                ('form_key', models.UUIDField(editable=False, null=True, unique=True)),
                ('status', models.CharField(choices=[('diterima', 'Menunggu'), ('verifikasi_identitas', 'Identitas cocok'), ('dipenuhi', 'Dipenuhi'), ('ditolak_beralasan', 'Tidak dapat dipenuhi')], default='diterima', max_length=20, verbose_name='status')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='diterima')),
                ('due_at', models.DateTimeField(verbose_name='batas waktu')),
                ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicatat oleh')),
                ('proof', models.CharField(blank=True, choices=[('ktp', 'KTP asli'), ('kk', 'KK asli, untuk anak'), ('kuasa', 'Surat kuasa dan KTP keduanya')], max_length=8, verbose_name='bukti identitas')),
                ('identity_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicocokkan oleh')),
                ('identity_at', models.DateTimeField(blank=True, null=True, verbose_name='dicocokkan')),
                ('refusal', models.CharField(blank=True, choices=[('identitas', 'Identitas tidak cocok atau tidak datang membawa KTP'), ('kewajiban_hukum', 'Data masih wajib disimpan menurut undang-undang'), ('orang_lain', 'Akan membuka data atau membahayakan orang lain (Pasal 33)'), ('sudah_benar', 'Data sudah sesuai dengan dokumen resmi'), ('tanpa_bukti', 'Tidak ada dokumen yang mendukung perbaikan')], max_length=16, verbose_name='sebab penolakan')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='jawaban')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dijawab oleh')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='dijawab')),
            ],
            options={
                'verbose_name': 'permintaan data pribadi',
                'verbose_name_plural': 'permintaan data pribadi',
                'ordering': ['due_at', 'pk'],
                'permissions': [('answer_datarequest', 'Boleh menjawab permintaan data pribadi')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('person__isnull', False), ('status__in', ['diterima', 'verifikasi_identitas'])), fields=('person', 'kind'), name='data_request_one_open_per_person'), models.UniqueConstraint(condition=models.Q(('application__isnull', False), ('status__in', ['diterima', 'verifikasi_identitas'])), fields=('application', 'kind'), name='data_request_one_open_per_application'), models.CheckConstraint(condition=models.Q(('person__isnull', False), ('application__isnull', False), _connector='OR'), name='data_request_is_about_somebody'), models.CheckConstraint(condition=models.Q(('due_at', django.db.models.expressions.CombinedExpression(models.F('asked_at'), '+', models.Value(datetime.timedelta(days=3))))), name='data_request_due_in_72_hours'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'perbaikan'), models.Q(('datum', ''), _negated=True), models.Q(('wanted__isnull', False), ('status__in', ['dipenuhi', 'ditolak_beralasan']), _connector='OR')), models.Q(models.Q(('kind', 'perbaikan'), _negated=True), ('datum', ''), ('wanted', None)), _connector='OR'), name='data_request_correction_names_the_datum'), models.CheckConstraint(condition=models.Q(('status__in', ['diterima', 'ditolak_beralasan']), models.Q(('identity_at__isnull', False), ('identity_by__isnull', False), models.Q(('proof', ''), _negated=True)), _connector='OR'), name='data_request_fulfilled_for_a_known_person'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('status__in', ['diterima', 'verifikasi_identitas'])), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('status__in', ['dipenuhi', 'ditolak_beralasan']), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='data_request_closed_by_a_person_with_words'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ditolak_beralasan'), models.Q(('refusal', ''), _negated=True)), models.Q(models.Q(('status', 'ditolak_beralasan'), _negated=True), ('refusal', '')), _connector='OR'), name='data_request_refused_for_a_listed_reason')],
            },
        ),
        migrations.CreateModel(
            name='DataRequestEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='monitoring.datarequest')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(editable=False, max_length=10, verbose_name='nomor bukti')),
                ('person', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.person', verbose_name='warga')),
                ('application', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.application', verbose_name='permohonan')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='RT/RW')),
                ('kind', models.CharField(choices=[('salinan', 'Salinan data saya'), ('perbaikan', 'Perbaiki data saya'), ('pembatasan', 'Hentikan dulu pemakaian data saya'), ('penghapusan', 'Hapus data saya')], max_length=12, verbose_name='permintaan')),
                ('datum', models.CharField(blank=True, max_length=40, verbose_name='data yang keliru')),
                ('wanted', bansos.fields.EncryptedField(blank=True, editable=True, null=True, verbose_name='seharusnya')),
                ('story', bansos.fields.EncryptedField(blank=True, editable=True, null=True, verbose_name='keterangan')),
                ('form_key', models.UUIDField(editable=False, null=True)),
                ('status', models.CharField(choices=[('diterima', 'Menunggu'), ('verifikasi_identitas', 'Identitas cocok'), ('dipenuhi', 'Dipenuhi'), ('ditolak_beralasan', 'Tidak dapat dipenuhi')], default='diterima', max_length=20, verbose_name='status')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='diterima')),
                ('due_at', models.DateTimeField(verbose_name='batas waktu')),
                ('taken_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicatat oleh')),
                ('proof', models.CharField(blank=True, choices=[('ktp', 'KTP asli'), ('kk', 'KK asli, untuk anak'), ('kuasa', 'Surat kuasa dan KTP keduanya')], max_length=8, verbose_name='bukti identitas')),
                ('identity_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dicocokkan oleh')),
                ('identity_at', models.DateTimeField(blank=True, null=True, verbose_name='dicocokkan')),
                ('refusal', models.CharField(blank=True, choices=[('identitas', 'Identitas tidak cocok atau tidak datang membawa KTP'), ('kewajiban_hukum', 'Data masih wajib disimpan menurut undang-undang'), ('orang_lain', 'Akan membuka data atau membahayakan orang lain (Pasal 33)'), ('sudah_benar', 'Data sudah sesuai dengan dokumen resmi'), ('tanpa_bukti', 'Tidak ada dokumen yang mendukung perbaikan')], max_length=16, verbose_name='sebab penolakan')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='jawaban')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dijawab oleh')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='dijawab')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MonthlyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bulanan', 'Laporan bulanan')], default='bulanan', max_length=10, verbose_name='jenis')),
                ('period', models.DateField(verbose_name='periode')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='wilayah')),
                ('status', models.CharField(choices=[('sementara', 'Sementara'), ('final', 'Final')], default='sementara', max_length=10, verbose_name='status')),
                ('figures', models.JSONField(default=dict, verbose_name='angka')),
                ('xlsx', models.FileField(blank=True, upload_to='laporan/%Y/', verbose_name='XLSX')),
                ('pdf', models.FileField(blank=True, upload_to='laporan/%Y/', verbose_name='PDF')),
                ('csv', models.FileField(blank=True, upload_to='laporan/%Y/', verbose_name='CSV')),
                ('hashes', models.JSONField(default=dict, verbose_name='sidik SHA-256')),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bansos.job', verbose_name='pekerjaan')),
                ('built_at', models.DateTimeField(blank=True, null=True, verbose_name='dibuat')),
                ('built_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dibuat oleh')),
            ],
            options={
                'verbose_name': 'laporan bulanan',
                'verbose_name_plural': 'laporan bulanan',
                'ordering': ['-period', 'region'],
                'permissions': [('build_reports', 'Boleh membuat laporan'), ('download_reports', 'Boleh mengunduh laporan')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'period', 'region'), name='report_one_per_kind_period_region'), models.CheckConstraint(condition=models.Q(('period__day', 1)), name='report_period_is_first_of_month')],
            },
        ),
        migrations.CreateModel(
            name='MonthlyReportEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='monitoring.monthlyreport')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('bulanan', 'Laporan bulanan')], default='bulanan', max_length=10, verbose_name='jenis')),
                ('period', models.DateField(verbose_name='periode')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='wilayah')),
                ('status', models.CharField(choices=[('sementara', 'Sementara'), ('final', 'Final')], default='sementara', max_length=10, verbose_name='status')),
                ('figures', models.JSONField(default=dict, verbose_name='angka')),
                ('xlsx', models.FileField(blank=True, upload_to='laporan/%Y/', verbose_name='XLSX')),
                ('pdf', models.FileField(blank=True, upload_to='laporan/%Y/', verbose_name='PDF')),
                ('csv', models.FileField(blank=True, upload_to='laporan/%Y/', verbose_name='CSV')),
                ('hashes', models.JSONField(default=dict, verbose_name='sidik SHA-256')),
                ('job', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.job', verbose_name='pekerjaan')),
                ('built_at', models.DateTimeField(blank=True, null=True, verbose_name='dibuat')),
                ('built_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dibuat oleh')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('permohonan', 'Permohonan yang ditolak, dibatalkan, atau ganda'), ('pengaduan', 'Nama dan nomor HP pelapor pengaduan'), ('keberatan', 'Nama dan nomor HP pengaju keberatan'), ('impor', 'Berkas register dan baris yang ditolak'), ('gabungan', 'Catatan ganda yang sudah digabung'), ('keluarga', 'Keluarga yang pindah atau tidak ada lagi'), ('meninggal', 'Warga yang meninggal'), ('permintaan', 'Isi permintaan data pribadi')], max_length=12, verbose_name='data')),
                ('months', models.PositiveSmallIntegerField(help_text='Dihitung sejak urusannya selesai.', verbose_name='disimpan (bulan)')),
                ('starts_on', models.DateField(verbose_name='berlaku mulai')),
                ('legal_basis', models.CharField(max_length=200, verbose_name='dasar hukum')),
                ('set_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ditetapkan oleh')),
            ],
            options={
                'verbose_name': 'masa simpan',
                'verbose_name_plural': 'masa simpan',
                'ordering': ['subject', '-starts_on'],
                'constraints': [models.UniqueConstraint(fields=('subject', 'starts_on'), name='retention_rule_one_per_subject_and_date', violation_error_message='Data ini sudah punya masa simpan mulai tanggal itu.'), models.CheckConstraint(condition=models.Q(('months__gte', 1)), name='retention_rule_at_least_a_month', violation_error_message='Paling sedikit satu bulan.'), models.CheckConstraint(condition=models.Q(('legal_basis', ''), _negated=True), name='retention_rule_has_a_legal_basis', violation_error_message='Tulis dasar hukumnya.')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRuleEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='monitoring.retentionrule')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('subject', models.CharField(choices=[('permohonan', 'Permohonan yang ditolak, dibatalkan, atau ganda'), ('pengaduan', 'Nama dan nomor HP pelapor pengaduan'), ('keberatan', 'Nama dan nomor HP pengaju keberatan'), ('impor', 'Berkas register dan baris yang ditolak'), ('gabungan', 'Catatan ganda yang sudah digabung'), ('keluarga', 'Keluarga yang pindah atau tidak ada lagi'), ('meninggal', 'Warga yang meninggal'), ('permintaan', 'Isi permintaan data pribadi')], max_length=12, verbose_name='data')),
                ('months', models.PositiveSmallIntegerField(help_text='Dihitung sejak urusannya selesai.', verbose_name='disimpan (bulan)')),
                ('starts_on', models.DateField(verbose_name='berlaku mulai')),
                ('legal_basis', models.CharField(max_length=200, verbose_name='dasar hukum')),
                ('set_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ditetapkan oleh')),
            ],
            options={
                'abstract': False,
            },
        ),
        bansos.migration_operations.AddTriggers(
            triggers=[pgtrigger.migrations.AddTrigger(
                model_name='datarequest',
                trigger=pgtrigger.compiler.Trigger(name='status_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{diterima:verifikasi_identitas,diterima:ditolak_beralasan,verifikasi_identitas:dipenuhi,verifikasi_identitas:ditolak_beralasan}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='6d408c10ecd8328a17c6dc1f538b83b7762c197f', operation='UPDATE', pgid='pgtrigger_status_transitions_cc019', table='monitoring_datarequest', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='datarequest',
                trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='38d0a40daae130a42c7916f97f279797eeb77c8d', operation='DELETE', pgid='pgtrigger_kept_fe52a', table='monitoring_datarequest', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='datarequest',
                trigger=pgtrigger.compiler.Trigger(name='answered', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'dipenuhi\', \'ditolak_beralasan\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9ced6b48181552eaf0c9883711cec8f25e100f37', operation='UPDATE', pgid='pgtrigger_answered_33ac9', table='monitoring_datarequest', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='datarequest',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_datarequestevent" ("answer", "application_id", "asked_at", "closed_at", "closed_by_id", "code", "datum", "due_at", "form_key", "id", "identity_at", "identity_by_id", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "refusal", "region_id", "status", "story", "taken_by_id", "wanted") SELECT new_values."answer", new_values."application_id", new_values."asked_at", new_values."closed_at", new_values."closed_by_id", new_values."code", new_values."datum", new_values."due_at", new_values."form_key", new_values."id", new_values."identity_at", new_values."identity_by_id", new_values."kind", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."proof", new_values."refusal", new_values."region_id", new_values."status", new_values."story", new_values."taken_by_id", new_values."wanted" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fcc882b0c487151728fe71d11e4a68ea2d317b6b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_dfd02', referencing='REFERENCING NEW TABLE AS new_values ', table='monitoring_datarequest', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='datarequest',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_datarequestevent" ("answer", "application_id", "asked_at", "closed_at", "closed_by_id", "code", "datum", "due_at", "form_key", "id", "identity_at", "identity_by_id", "kind", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "refusal", "region_id", "status", "story", "taken_by_id", "wanted") SELECT new_values."answer", new_values."application_id", new_values."asked_at", new_values."closed_at", new_values."closed_by_id", new_values."code", new_values."datum", new_values."due_at", new_values."form_key", new_values."id", new_values."identity_at", new_values."identity_by_id", new_values."kind", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proof", new_values."refusal", new_values."region_id", new_values."status", new_values."story", new_values."taken_by_id", new_values."wanted" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8d94acf4c302f43b52b21a8b444f1c9f1f73d9f4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_df0b9', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='monitoring_datarequest', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='datarequestevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ad914631d88c18ea24ba1a1e663ae75f21a1ee35', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3f9ab', table='monitoring_datarequestevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='monthlyreport',
                trigger=pgtrigger.compiler.Trigger(name='final_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" = \'final\')', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c64de7df43af92bd4e6c27a7858af812681cfd9c', operation='DELETE', pgid='pgtrigger_final_is_kept_7414d', table='monitoring_monthlyreport', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='monthlyreport',
                trigger=pgtrigger.compiler.Trigger(name='final_is_fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" = \'final\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='eafabd6d62e3a28d9205d5055f61221dce6fd8d2', operation='UPDATE', pgid='pgtrigger_final_is_fixed_0130f', table='monitoring_monthlyreport', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='monthlyreport',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_monthlyreportevent" ("built_at", "built_by_id", "csv", "figures", "hashes", "id", "job_id", "kind", "pdf", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "status", "xlsx") SELECT new_values."built_at", new_values."built_by_id", new_values."csv", new_values."figures", new_values."hashes", new_values."id", new_values."job_id", new_values."kind", new_values."pdf", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region_id", new_values."status", new_values."xlsx" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='86450afb68dd8407d3b1291b6ccc2c523c1f70a3', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_7c978', referencing='REFERENCING NEW TABLE AS new_values ', table='monitoring_monthlyreport', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='monthlyreport',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_monthlyreportevent" ("built_at", "built_by_id", "csv", "figures", "hashes", "id", "job_id", "kind", "pdf", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "status", "xlsx") SELECT new_values."built_at", new_values."built_by_id", new_values."csv", new_values."figures", new_values."hashes", new_values."id", new_values."job_id", new_values."kind", new_values."pdf", new_values."period", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region_id", new_values."status", new_values."xlsx" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='936bb39db9a8871aefd1ba3d89254a6dfd350d04', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5a846', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='monitoring_monthlyreport', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='monthlyreportevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='40711d4bc4797e94d5e412770c8c02a4c93c854c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d14e7', table='monitoring_monthlyreportevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='retentionrule',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_retentionruleevent" ("id", "legal_basis", "months", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id", "starts_on", "subject") SELECT new_values."id", new_values."legal_basis", new_values."months", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."set_by_id", new_values."starts_on", new_values."subject" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='617f26085a6d8c02da53151c72842079e5b9ea3e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ffa3e', referencing='REFERENCING NEW TABLE AS new_values ', table='monitoring_retentionrule', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='retentionrule',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "monitoring_retentionruleevent" ("id", "legal_basis", "months", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id", "starts_on", "subject") SELECT new_values."id", new_values."legal_basis", new_values."months", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."set_by_id", new_values."starts_on", new_values."subject" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='92a2e6a3e07662d0cf3bd720d6289455a51099fd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_02ec5', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='monitoring_retentionrule', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='retentionruleevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dd739e267f18bee2616a0756073a1f83ef2164e6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_52232', table='monitoring_retentionruleevent', when='BEFORE')),
            )],
        ),
    ]
