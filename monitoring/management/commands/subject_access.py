"""Writes a resident's copy of their data. The NIK is asked for or read from standard input: an argument would stay in
the shell's history and in the list of processes."""

import sys
from getpass import getpass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from bansos.crypto import blind_index
from bansos.models import User
from beneficiaries import nik
from beneficiaries.models import Person
from monitoring import subject_access


class Command(BaseCommand):
    help = "Menulis salinan data satu warga (ZIP berisi JSON dan PDF). NIK diketik saat diminta atau lewat pipa."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="Berkas ZIP yang ditulis.")
        parser.add_argument("--user", required=True, help="Nama pengguna petugas yang memberikan.")
        parser.add_argument("--reason", required=True, help="Siapa yang meminta, dan dengan bukti apa.")

    def handle(self, *, file: Path, user: str, reason: str, **options):
        officer = User.objects.filter(username=user, is_active=True).first()
        if officer is None or not officer.has_perm("beneficiaries.reveal_identity"):
            raise CommandError(_("Pengguna itu tidak ada atau tidak boleh membuka data lengkap."))
        try:
            number = nik.clean(getpass("NIK: ") if sys.stdin.isatty() else sys.stdin.readline())
        except nik.NumberError as error:
            raise CommandError(_("NIK terdiri dari 16 angka. Periksa lagi.")) from error
        person = Person.objects.living().for_officer(officer).filter(nik_index=blind_index(number, "nik")).first()
        if person is None:
            raise CommandError(_("NIK itu tidak ada di register wilayah petugas ini."))
        try:
            body = subject_access.package(person=person, reason=reason, by=officer)
        except subject_access.SubjectAccessError as error:
            raise CommandError(str(error)) from error
        file.touch(mode=0o600)
        file.write_bytes(body)
        self.stdout.write(_("Salinan data ditulis ke {file}.").format(file=file))
