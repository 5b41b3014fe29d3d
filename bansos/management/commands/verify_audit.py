import json
from dataclasses import asdict

from django.core.management import BaseCommand, CommandError

from bansos import audit


class Command(BaseCommand):
    help = "Membuktikan riwayat utuh: tiap baris sama dengan catatan terakhirnya."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        found = audit.verify()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found) | {"whole": found.whole}))
        else:
            self.stdout.write(f"{found.tables} tabel, {found.rows} baris diperiksa.")
        if not found.whole:
            named = ", ".join([*found.changed, *found.missing_guards][:20])
            raise CommandError(f"Riwayat tidak utuh: {named}. Hubungi auditor sebelum meneruskan.")
