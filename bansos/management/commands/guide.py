from django.core.management import BaseCommand, get_commands, load_command_class

APPS = ["bansos", "beneficiaries", "distribution", "feedback", "monitoring"]


class Command(BaseCommand):
    help = "Menampilkan perintah milik proyek ini, satu baris satu perintah."
    requires_system_checks = []

    def handle(self, **options):
        own = sorted((APPS.index(app), name) for name, app in get_commands().items() if app in APPS)
        for place, name in own:
            command = load_command_class(APPS[place], name)
            self.stdout.write(f"  ./manage.py {name:<18} {command.help}")
