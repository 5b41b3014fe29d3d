import json
from dataclasses import asdict

from django.core.management import BaseCommand, CommandError

from bansos import crypto, rotation


class Command(BaseCommand):
    help = (
        "Menyandi ulang semua NIK, KK, nomor HP, dan rekening dengan kunci pertama di PERSONAL_DATA_KEYS. "
        "Kunci baru ditaruh di belakang dulu, portal dan pekerjanya dimulai ulang, baru ditaruh di depan. "
        "Portal tetap berjalan. Bila terhenti, jalankan lagi. Kunci lama baru boleh dihapus bila sisanya nol."
    )

    def add_arguments(self, parser):
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="Nilai per transaksi.")
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        try:
            done = rotation.rotate(batch=options["batch"])
        except crypto.CannotDecrypt as error:
            raise CommandError(f"{error} Kembalikan kunci lama ke PERSONAL_DATA_KEYS, lalu jalankan lagi.") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
            return
        for column, count in done.rewritten.items():
            if count:
                self.stdout.write(f"{column}: {count}")
        self.stdout.write(f"{sum(done.rewritten.values())} nilai disandi ulang, sisa {done.left}.")
