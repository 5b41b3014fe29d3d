import json
import time

from django.core.management import BaseCommand, CommandError

from bansos import jobs
from bansos.models import Job
from beneficiaries import criteria, scoring
from beneficiaries.models import CriteriaSet

RUNS_ELSEWHERE = "Penilaian ini sedang berjalan di proses lain. Tunggu sampai selesai, lalu ulangi."


class Command(BaseCommand):
    help = "Menghitung ulang skor semua keluarga dengan kriteria yang berlaku."

    def add_arguments(self, parser):
        parser.add_argument("--criteria", default=criteria.DEFAULT_CODE, metavar="CODE", help="Kode kriteria.")
        parser.add_argument("--simulate", action="store_true", help="Hanya menghitung, tidak menyimpan apa pun.")
        parser.add_argument("--json", action="store_true", help="Satu objek JSON.")

    def handle(self, **options):
        started = time.monotonic()
        try:
            chosen = self._criteria(options["criteria"])
            result = self._simulate(chosen) if options["simulate"] else self._score(chosen)
        except (criteria.CriteriaError, scoring.ScoringError) as error:
            raise CommandError(str(error)) from error
        result["seconds"] = round(time.monotonic() - started, 3)
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(
                f"{chosen}: {result['households']} keluarga, {result['changed']} berubah, "
                f"{result['eligible']} indikasi layak, {result['held']} ditahan, {result['seconds']} detik."
            )

    def _criteria(self, code: str) -> CriteriaSet:
        """The set in force; an office that has no criteria yet gets the default ones."""
        if code == criteria.DEFAULT_CODE and not CriteriaSet.objects.filter(code=code).exists():
            return criteria.load_default()
        return criteria.in_force(code=code)

    def _simulate(self, chosen: CriteriaSet) -> dict:
        return {"run": None} | scoring.pending(criteria_set=chosen)

    def _score(self, chosen: CriteriaSet) -> dict:
        """Runs the job here and now, so that it is on record like one that the worker ran."""
        job = jobs.run(job_id=scoring.request(criteria_set=chosen, by=None).pk)
        if job is None:
            raise CommandError(RUNS_ELSEWHERE)
        if job.state != Job.State.SELESAI:
            raise CommandError(job.message)
        return dict(job.result)
