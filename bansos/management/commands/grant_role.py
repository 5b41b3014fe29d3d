from django.core.management import BaseCommand, CommandError

from bansos import grants


class Command(BaseCommand):
    help = (
        "Memberi peran basis data portal hak seperlunya: riwayat dan catatan hanya dapat ditambah. "
        "Jalankan sebagai pemilik tabel, setiap kali setelah migrate."
    )

    def add_arguments(self, parser):
        parser.add_argument("role", help="Nama peran basis data portal, misalnya bansos_portal.")
        parser.add_argument(
            "--create", metavar="VARIABEL", help="Buat perannya bila belum ada, kata sandinya dari variabel ini."
        )

    def handle(self, *, role, create, **options):
        try:
            if create:
                grants.create(role, password_from=create)
            count = grants.grant(role)
        except grants.GrantError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{role} memakai {count} tabel. Riwayat hanya dapat ditambahnya.")
