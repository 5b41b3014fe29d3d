import importlib
import json

from django.core.management import BaseCommand, CommandError

NO_TESTS = "Tolok ukur ada di folder tests/, yang tidak ikut terpasang di sini. Jalankan dari salinan kode sumber."
NONE_YET = "Belum ada tolok ukur bernama {name}. Yang ada: {available}."


class Command(BaseCommand):
    help = "Mengukur kecepatan di basis data sementara: cara kita, cara biasa, dan batas mesin."

    def add_arguments(self, parser):
        parser.add_argument("names", nargs="*", metavar="NAME", help="Nama tolok ukur; tanpa nama berarti semua.")
        parser.add_argument("--small", action="store_true", help="Beberapa ratus keluarga saja, untuk uji coba.")
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        benchmarks = self._benchmarks()
        available = benchmarks.available()
        names = options["names"] or available
        for name in names:
            if name not in available:
                raise CommandError(NONE_YET.format(name=name, available=", ".join(available)))
        results = []
        for result in benchmarks.measure(names, small=options["small"]):
            results.append(result)
            if not options["json"]:
                self.stdout.write(self._line(result))
        if options["json"]:
            self.stdout.write(json.dumps({"benchmarks": results}))

    def _benchmarks(self):
        try:
            return importlib.import_module("tests.benchmarks")
        except ModuleNotFoundError as error:
            raise CommandError(NO_TESTS) from error

    def _line(self, result: dict) -> str:
        verdict = "tercapai" if result["met"] else "belum tercapai"
        noise = ", hasil goyah" if result["noisy"] else ""
        return (
            f"{result['name']}: {result['ours']:,.0f} {result['unit']}; "
            f"{result['ours_over_usual']:.1f} kali cara biasa, {result['ours_over_limit']:.0%} dari batas mesin. "
            f"Sasaran {verdict}{noise}."
        )
