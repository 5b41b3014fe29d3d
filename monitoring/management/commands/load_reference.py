import json

from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone

from bansos import reference
from monitoring import retention


class Command(BaseCommand):
    help = "Memuat wilayah, hari libur, dan masa simpan awal (aman diulang)."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        with transaction.atomic():
            result = reference.load()
            added = retention.load_default(on=timezone.localdate())
        if options["json"]:
            self.stdout.write(json.dumps(result | {"retention_rules_added": added}))
        else:
            told = f"{result['regions']} wilayah, {result['holidays']} hari libur, {added} masa simpan ditambahkan."
            self.stdout.write(told)
