"""`benchmark`: the frame on a small register. How fast it is, is not for a test to say."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

KEYS = "name unit ours usual limit ours_over_usual ours_over_limit goal met noisy".split()


def test_a_benchmark_that_does_not_exist_is_refused():
    with pytest.raises(CommandError, match="Belum ada tolok ukur bernama kecepatan. Yang ada: .*score, simulate"):
        call_command("benchmark", "kecepatan")


def test_the_small_benchmark_checks_and_answers():
    """In a process of its own, since it points Django at another database."""
    command = [sys.executable, "manage.py", "benchmark", "score", "simulate", "--small", "--json"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [benchmark["name"] for benchmark in answer["benchmarks"]] == ["score", "simulate"]
    for benchmark in answer["benchmarks"]:
        assert list(benchmark) == KEYS
        assert all(benchmark[arm] > 0 for arm in ("ours", "usual", "limit"))
