"""`benchmark`: every name on a small register. How fast it is, is not for a test to say."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests import benchmarks

KEYS = "name unit ours usual limit ours_over_usual ours_over_limit goal met noisy".split()
EXTRA = {
    "import": [
        "ours_over_bulk",
        "unchanged_over_first",
        "tenth_changed_over_first",
        "rows_written_again",
        "memory_growth_mb",
        "second_reader_mb",
        "xlsx_over_openpyxl",
        "xlsx_of_excel_over_openpyxl",
    ],  # fmt: skip
    "million": ["seconds", "page_p95_ms_idle", "page_p95_ms", "page_p95_over_idle", "pages_failed"],
    "duplicates": ["recall", "precision", "seconds", "seconds_1000"],
    "search": ["p95_ms", "forgiven"],
    "score": [
        "first_over_copy",
        "unchanged_over_limit",
        "unchanged_wal_mb",
        "ours_over_hope",
        "one_family_ms",
        "simulation_over_rescoring",
    ],
    "simulate": ["ours_over_rescoring"],
    "handover": ["lost"],
}


def test_a_benchmark_that_does_not_exist_is_refused():
    with pytest.raises(CommandError, match="Belum ada tolok ukur bernama kecepatan. Yang ada: import, .*status"):
        call_command("benchmark", "kecepatan")


def test_every_small_benchmark_checks_and_answers():
    """In a process of its own, since it points Django at another database; one cluster for all."""
    command = [sys.executable, "manage.py", "benchmark", "--small", "--json"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = {each["name"]: each for each in json.loads(done.stdout)["benchmarks"]}
    assert list(answer) == list(benchmarks.NAMES)
    for name, benchmark in answer.items():
        assert list(benchmark) == KEYS + EXTRA.get(name, [])
        assert all(benchmark[arm] > 0 for arm in ("ours", "usual", "limit"))
    # What holds at any size and speed.
    assert answer["import"]["rows_written_again"] == 0 and answer["handover"]["lost"] == 0


@pytest.mark.parametrize(
    ("told", "met"),
    [({"lost": 0}, True), ({"lost": 1}, False), ({"lost": 0, "ours": 3.0}, False)],
)
def test_a_goal_is_met_when_every_part_of_it_is(told, met):
    benchmark = benchmarks.Benchmark(
        unit="a", ours=int, usual=int, limit=int, goal={"ours_over_usual": 2.0}, at_most={"lost": 0}
    )
    turn = {"ours": told.pop("ours", 4.0), "usual": 2.0, "limit": 8.0}
    summary = benchmarks._summary("import", benchmark, [turn], told)
    assert summary["met"] is met and summary["goal"] == {"ours_over_usual": 2.0, "lost_at_most": 0}
    assert summary["ours_over_limit"] == turn["ours"] / 8
