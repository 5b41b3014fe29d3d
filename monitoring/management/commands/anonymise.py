import json

from django.core.management import BaseCommand
from django.utils import timezone

from monitoring import retention


class Command(BaseCommand):
    help = "Menghapus identitas yang habis masa simpannya. Jumlah dan rupiah di laporan tidak berubah."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Hanya hitung, jangan hapus.")
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, *, dry_run: bool, **options):
        today = timezone.localdate()
        if dry_run:
            counts = {plan.rule.subject: plan.now for plan in retention.plans(today)}
        else:
            counts = retention.run(today=today)
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": dry_run, "erased": counts, "total": sum(counts.values())}))
            return
        for subject, count in counts.items():
            self.stdout.write(f"{retention.S(subject).label}: {count}")
        told = "akan dihapus identitasnya" if dry_run else "dihapus identitasnya"
        self.stdout.write(f"{sum(counts.values())} catatan {told}.")
