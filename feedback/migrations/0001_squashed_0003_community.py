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

    replaces = [('feedback', '0001_initial'), ('feedback', '0002_second_month'), ('feedback', '0003_community')]

    initial = True

    dependencies = [
        ('bansos', '0001_squashed_0003_community'),
        ('beneficiaries', '0001_squashed_0003_community'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(editable=False, max_length=10, unique=True, verbose_name='kode')),
                ('pin_hash', models.CharField(editable=False, max_length=128)),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='bansos.region', verbose_name='kelurahan')),
                ('status', models.CharField(choices=[('diterima', 'Menunggu'), ('proses', 'Proses'), ('tanggapan_dikirim', 'Ditanggapi'), ('selesai', 'Selesai'), ('dibuka_kembali', 'Dibuka kembali'), ('bukan_wewenang', 'Bukan wewenang')], default='diterima', max_length=20, verbose_name='status')),
                ('category', models.CharField(choices=[('tidak_menerima', 'Terdaftar tetapi tidak menerima'), ('tidak_dibagikan', 'Bantuan tidak dibagikan petugas'), ('kurang', 'Jumlah bantuan kurang'), ('pungli', 'Diminta membayar'), ('fiktif', 'Penerima fiktif'), ('ganda', 'Menerima ganda'), ('kualitas', 'Barang rusak atau buruk'), ('salah_sasaran', 'Salah sasaran'), ('data_salah', 'Data saya keliru'), ('perilaku', 'Perilaku petugas'), ('informasi', 'Pertanyaan atau saran'), ('lainnya', 'Lainnya')], max_length=20, verbose_name='jenis')),
                ('serious', models.BooleanField(default=False, verbose_name='berkadar pengawasan')),
                ('story', models.TextField(max_length=3000, verbose_name='cerita')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='nama pelapor')),
                ('phone', bansos.fields.EncryptedField(blank=True, editable=True, null=True, verbose_name='nomor HP')),
                ('phone_index', bansos.fields.IndexField(kind='phone', max_length=32, null=True, of='phone')),
                ('household', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='beneficiaries.household', verbose_name='keluarga')),
                ('form_key', models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ('submitted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='masuk')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dibantu oleh')),
                ('due_on', models.DateField(verbose_name='batas jawaban')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='ditanggapi')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='selesai')),
                ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='dibuka kembali')),
                ('finding', models.CharField(blank=True, choices=[('terbukti', 'Terbukti'), ('sebagian', 'Terbukti sebagian'), ('tidak_terbukti', 'Tidak terbukti')], max_length=16, verbose_name='kesimpulan')),
                ('remedy', models.CharField(blank=True, max_length=500, verbose_name='tindakan')),
            ],
            options={
                'verbose_name': 'pengaduan',
                'verbose_name_plural': 'pengaduan',
                'ordering': ['due_on', 'pk'],
                'permissions': [('answer_complaint', 'Boleh menanggapi pengaduan')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['tanggapan_dikirim', 'selesai']), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='complaint_answered_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status__in', ['selesai', 'bukan_wewenang'])), models.Q(models.Q(('status__in', ['selesai', 'bukan_wewenang']), _negated=True), ('closed_at', None)), _connector='OR'), name='complaint_closed_at_when_closed')],
            },
        ),
        migrations.CreateModel(
            name='ComplaintEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_login', models.TextField(db_default=bansos.history.SessionUser())),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='feedback.complaint')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(editable=False, max_length=10, verbose_name='kode')),
                ('pin_hash', models.CharField(editable=False, max_length=128)),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bansos.region', verbose_name='kelurahan')),
                ('status', models.CharField(choices=[('diterima', 'Menunggu'), ('proses', 'Proses'), ('tanggapan_dikirim', 'Ditanggapi'), ('selesai', 'Selesai'), ('dibuka_kembali', 'Dibuka kembali'), ('bukan_wewenang', 'Bukan wewenang')], default='diterima', max_length=20, verbose_name='status')),
                ('category', models.CharField(choices=[('tidak_menerima', 'Terdaftar tetapi tidak menerima'), ('tidak_dibagikan', 'Bantuan tidak dibagikan petugas'), ('kurang', 'Jumlah bantuan kurang'), ('pungli', 'Diminta membayar'), ('fiktif', 'Penerima fiktif'), ('ganda', 'Menerima ganda'), ('kualitas', 'Barang rusak atau buruk'), ('salah_sasaran', 'Salah sasaran'), ('data_salah', 'Data saya keliru'), ('perilaku', 'Perilaku petugas'), ('informasi', 'Pertanyaan atau saran'), ('lainnya', 'Lainnya')], max_length=20, verbose_name='jenis')),
                ('serious', models.BooleanField(default=False, verbose_name='berkadar pengawasan')),
                ('story', models.TextField(max_length=3000, verbose_name='cerita')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='nama pelapor')),
                ('phone', bansos.fields.EncryptedField(blank=True, editable=True, null=True, verbose_name='nomor HP')),
                ('phone_index', bansos.fields.IndexField(kind='phone', max_length=32, null=True, of='phone')),
                ('household', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='beneficiaries.household', verbose_name='keluarga')),
                ('form_key', models.UUIDField(blank=True, editable=False, null=True)),
                ('submitted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='masuk')),
                ('submitted_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dibantu oleh')),
                ('due_on', models.DateField(verbose_name='batas jawaban')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='ditanggapi')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='selesai')),
                ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='dibuka kembali')),
                ('finding', models.CharField(blank=True, choices=[('terbukti', 'Terbukti'), ('sebagian', 'Terbukti sebagian'), ('tidak_terbukti', 'Tidak terbukti')], max_length=16, verbose_name='kesimpulan')),
                ('remedy', models.CharField(blank=True, max_length=500, verbose_name='tindakan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='feedback.complaint', verbose_name='pengaduan')),
                ('body', models.TextField(max_length=3000, verbose_name='pesan')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='oleh')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='waktu')),
            ],
            options={
                'verbose_name': 'tanggapan',
                'verbose_name_plural': 'tanggapan',
                'ordering': ['at', 'pk'],
            },
        ),
        bansos.migration_operations.AddTriggers(
            triggers=[pgtrigger.migrations.AddTrigger(
                model_name='complaint',
                trigger=pgtrigger.compiler.Trigger(name='status_transitions', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{diterima:proses,diterima:tanggapan_dikirim,diterima:bukan_wewenang,proses:tanggapan_dikirim,proses:bukan_wewenang,tanggapan_dikirim:selesai,tanggapan_dikirim:dibuka_kembali,selesai:dibuka_kembali,dibuka_kembali:proses,dibuka_kembali:tanggapan_dikirim}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='bea8489b2648226f64613c96824c023b5daaaf63', operation='UPDATE', pgid='pgtrigger_status_transitions_61a48', table='feedback_complaint', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='complaint',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "feedback_complaintevent" ("answered_at", "category", "closed_at", "code", "due_on", "finding", "form_key", "household_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_index", "pin_hash", "region_id", "remedy", "reopened_at", "serious", "status", "story", "submitted_at", "submitted_by_id") SELECT new_values."answered_at", new_values."category", new_values."closed_at", new_values."code", new_values."due_on", new_values."finding", new_values."form_key", new_values."household_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."phone_index", new_values."pin_hash", new_values."region_id", new_values."remedy", new_values."reopened_at", new_values."serious", new_values."status", new_values."story", new_values."submitted_at", new_values."submitted_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7492ff5bcfb370c866bf920f4a69e35a3c46474b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_762e2', referencing='REFERENCING NEW TABLE AS new_values ', table='feedback_complaint', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='complaint',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "feedback_complaintevent" ("answered_at", "category", "closed_at", "code", "due_on", "finding", "form_key", "household_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "phone_index", "pin_hash", "region_id", "remedy", "reopened_at", "serious", "status", "story", "submitted_at", "submitted_by_id") SELECT new_values."answered_at", new_values."category", new_values."closed_at", new_values."code", new_values."due_on", new_values."finding", new_values."form_key", new_values."household_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."phone_index", new_values."pin_hash", new_values."region_id", new_values."remedy", new_values."reopened_at", new_values."serious", new_values."status", new_values."story", new_values."submitted_at", new_values."submitted_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='72a99eb637acc3b17e931a3e5deaddf9aaa17984', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5727b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='feedback_complaint', when='AFTER')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='complaintevent',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f034b7f57e6a734337584a92c8a1a382da8bb4bd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c9af5', table='feedback_complaintevent', when='BEFORE')),
            ), pgtrigger.migrations.AddTrigger(
                model_name='reply',
                trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0e218873f01b48d09bf846322c47b8ebcc113d8e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d0c67', table='feedback_reply', when='BEFORE')),
            )],
        ),
    ]
