import json
import time

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from bansos.models import User
from beneficiaries import outside, register, scoring
from beneficiaries.models import ScoringRun


class Command(BaseCommand):
    help = "Memuat daftar dari luar: desil DTSEN, penerima PKH, penerima Sembako (XLSX atau CSV)."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=outside.Kind.values, help="Jenis daftar.")
        parser.add_argument("file", help="Berkas dengan kolom Nomor KK atau NIK.")
        parser.add_argument("--source", required=True, metavar="SUMBER", help='Misalnya "Surat Pusdatin 12/2026".')
        parser.add_argument("--as-of", metavar="TANGGAL", help="Tanggal acuan bila berkas tidak memuatnya.")
        parser.add_argument("--whole", action="store_true", help="Daftar lengkap: yang tidak ada tidak menerima lagi.")
        parser.add_argument("--dry-run", action="store_true", help="Hanya memeriksa, tidak memuat apa pun.")
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")
        parser.add_argument("--user", metavar="NAMA", help="Pengguna yang memuat; hanya wilayahnya yang diisi.")

    def handle(self, **options):
        started = time.monotonic()
        by = self._user(options["user"])
        as_of = outside.read_period(options["as_of"]) if options["as_of"] else None
        if options["as_of"] and as_of is None:
            raise CommandError("Tanggal acuan tidak terbaca. Tulis seperti 2026-12-31.")
        try:
            told = outside.import_list(
                kind=options["kind"], path=options["file"], source=options["source"], as_of=as_of, by=by,
                whole=options["whole"], region=(by and by.region_id) or settings.KECAMATAN, dry_run=options["dry_run"],
            )  # fmt: skip
        except (register.FileError, outside.OutsideError) as error:
            raise CommandError(str(error)) from error
        if not options["dry_run"]:
            scoring.request_all(by=by, reason=ScoringRun.Reason.DATA)  # as the page does
        seconds = round(time.monotonic() - started, 2)
        if options["json"]:
            self.stdout.write(json.dumps(told["rows"] | {"seconds": seconds}))
            return
        for fate, label in outside.FATES.items():
            self.stdout.write(f"{label}: {told['rows'][fate]}")
        self.stdout.write("Belum ada yang dimuat." if options["dry_run"] else f"Selesai dalam {seconds} detik.")

    def _user(self, username: str | None) -> User | None:
        if not username:
            return None
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(f"Pengguna {username} tidak ada.") from error
