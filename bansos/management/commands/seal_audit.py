import json

from django.core.management import BaseCommand, CommandError
from django.db import OperationalError

from bansos import seals


class Command(BaseCommand):
    help = "Menyegel riwayat sampai sekarang. Catat segel terbarunya di luar portal, misalnya di buku auditor."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        try:
            made = seals.seal()
        except OperationalError as error:
            raise CommandError("Tabel riwayat sedang dipakai. Jalankan lagi sebentar lagi.") from error
        rows, head = sum(each.rows for each in made), seals.head()
        if options["json"]:
            self.stdout.write(json.dumps({"seals": len(made), "rows": rows, "head": head}))
        else:
            self.stdout.write(f"{rows} catatan disegel. Segel terbaru: {head or '-'}")
