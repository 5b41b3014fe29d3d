import csv
import json
import time

from django.core.management import BaseCommand, CommandError

from bansos.models import User
from beneficiaries import register, scoring
from beneficiaries.models import ImportRow, RegisterImport, ScoringRun
from beneficiaries.register.findings import general_sentence
from beneficiaries.register.spreadsheet import harmless

FATES = {"new": "baru", "changed": "berubah", "unchanged": "sama", "refused": "ditolak"}


class Command(BaseCommand):
    help = "Memuat berkas register keluarga dan warga (XLSX, CSV, atau folder dua CSV), atau mengurungkan yang dimuat."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="register.xlsx, atau folder berisi keluarga.csv dan anggota.csv")
        parser.add_argument("--dry-run", action="store_true", help="Hanya memeriksa, tidak memuat apa pun.")
        parser.add_argument(
            "--take-file",
            action="store_true",
            help="Bila petugas memutuskan lain sesudah tanggal berkas, pakai isi berkas.",
        )
        parser.add_argument("--undo", metavar="NOMOR", type=int, help="Urungkan impor ini. Nomornya ada di hasil muat.")
        parser.add_argument("--errors", metavar="OUT.csv", help="Tulis baris yang ditolak ke berkas ini.")
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")
        parser.add_argument("--user", metavar="NAMA", help="Pengguna yang memuat, untuk riwayat.")

    def handle(self, **options):
        if bool(options["file"]) == (options["undo"] is not None):
            raise CommandError("Sebut berkas untuk dimuat, atau --undo NOMOR. Pilih salah satu.")
        by = self._user(options["user"])
        if options["undo"] is not None:
            self._undo(options["undo"], by, options["json"])
        else:
            self._load(by, options)

    def _undo(self, number: int, by: User | None, as_json: bool) -> None:
        try:
            done = register.undo(register_import=RegisterImport.objects.get(pk=number), by=by)
        except RegisterImport.DoesNotExist as error:
            raise CommandError(f"Impor nomor {number} tidak ada. Nomornya ada di hasil muat.") from error
        except register.UndoError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps({"import": number, "removed": done.removed, "restored": done.restored}))
            return
        for word, told in (("dihapus", done.removed), ("dikembalikan", done.restored)):
            self.stdout.write(f"Baris {word}: " + ", ".join(f"{count} {name}" for name, count in told.items()))
        self.stdout.write(f"Impor nomor {number} diurungkan.")

    def _load(self, by: User | None, options: dict) -> None:
        started = time.monotonic()
        try:
            counts, findings = register.import_file(
                path=options["file"], by=by, dry_run=options["dry_run"], takes_conflicts=options["take_file"]
            )
        except (register.FileError, register.RegisterError) as error:
            raise CommandError(str(error)) from error
        if not options["dry_run"]:
            scoring.request_all(by=by, reason=ScoringRun.Reason.DATA)  # as the job of a load does
        if options["errors"]:
            _write_errors(options["errors"], findings)
        counts["seconds"] = round(time.monotonic() - started, 2)
        if options["json"]:
            del counts["by_kelurahan"]
            self.stdout.write(json.dumps(counts))
        else:
            self._tell(counts, options["dry_run"])

    def _user(self, username: str | None) -> User | None:
        if not username:
            return None
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(f"Pengguna {username} tidak ada.") from error

    def _tell(self, counts: dict, dry_run: bool) -> None:
        for word, key in (("Keluarga", "households"), ("Warga", "people")):
            told = ", ".join(f"{counts[key][fate]} {label}" for fate, label in FATES.items())
            self.stdout.write(f"{word}: {told}")
        for title, key in (("Ditolak", "errors"), ("Peringatan", "warnings")):
            for code, number in counts[key].items():
                self.stdout.write(f"  {title} {number}: {general_sentence(code)}")
        self.stdout.write(f"Kemungkinan ganda: {counts['duplicates']} pasang")
        if conflicting := sum(counts["conflicting"].values()):
            self.stdout.write(
                f"Bentrok: {conflicting} baris, isi register dipertahankan. Pakai isi berkas: --take-file"
            )
        if dry_run:
            self.stdout.write("Belum ada yang dimuat.")
        else:
            self.stdout.write(f"Selesai dalam {counts['seconds']} detik. Impor nomor {counts['import']}.")


def _write_errors(path: str, findings: list) -> None:
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["lembar", "baris", "kolom", "kode", "isi", "penjelasan"])
        for f in findings:
            if f.level == ImportRow.Level.ERROR:
                writer.writerow([f.sheet, f.row, f.column, f.code, harmless(f.value), f.sentence])
