import json

from django.core.management import BaseCommand

from bansos import reference


class Command(BaseCommand):
    help = "Memuat wilayah dan hari libur (aman diulang)."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        result = reference.load()
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"{result['regions']} wilayah, {result['holidays']} hari libur.")
