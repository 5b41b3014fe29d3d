import json
from dataclasses import asdict

from django.core.management import BaseCommand, CommandError

from bansos import audit


class Command(BaseCommand):
    help = "Membuktikan riwayat utuh: tiap baris sama dengan catatan terakhirnya, tiap catatan sama dengan segelnya."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")
        parser.add_argument("--head", help="Segel terbaru yang Anda catat dari seal_audit, untuk dicocokkan.")

    def handle(self, **options):
        found = audit.verify()
        if options["head"] and options["head"] != found.head:
            found.tampered.append("bansos.auditseal")
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found) | {"whole": found.whole}))
        else:
            self.stdout.write(f"{found.tables} tabel, {found.rows} baris, {found.seals} segel diperiksa.")
            if found.erasures:
                self.stdout.write(f"{found.erasures} kali identitas dihapus sesuai jadwal atau permintaan.")
            if found.head:
                self.stdout.write(f"Segel terbaru: {found.head}")
        if not found.whole:
            named = ", ".join([*found.tampered, *found.changed, *found.missing_guards][:20])
            raise CommandError(f"Riwayat tidak utuh: {named}. Hubungi auditor sebelum meneruskan.")
