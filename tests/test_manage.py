"""`./manage.py` on a bare machine: the guide alone, and a data command that brings its own servers."""

import json
import os
import subprocess
import sys
import tempfile

from bansos import embedded
from bansos.servers import DATA_COMMANDS

SAMPLE = "beneficiaries/data/register_contoh"


def manage(*arguments: str, data: str) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"BANSOS_DATA_DIR": data}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=embedded.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_alone_it_lists_our_commands():
    with tempfile.TemporaryDirectory() as data:
        shown = manage(data=data)
    assert shown.returncode == 0, shown.stderr
    assert all(f"./manage.py {name}" in shown.stdout for name in DATA_COMMANDS | {"demo", "benchmark", "guide"})


def test_a_register_is_loaded_on_a_bare_machine_and_kept():
    with tempfile.TemporaryDirectory() as data:
        first = manage("import_register", SAMPLE, "--json", data=data)
        assert first.returncode == 0, first.stderr
        assert json.loads(first.stdout)["households"]["new"] == 1988
        again = json.loads(manage("import_register", SAMPLE, "--json", data=data).stdout)
        assert (again["households"]["unchanged"], again["households"]["new"]) == (1988, 0)
        scored = json.loads(manage("rescore", "--json", data=data).stdout)
        assert scored["households"] == scored["changed"] == 1988
        refused = manage("import_register", "manage.py", data=data)
        assert refused.returncode == 1 and "Traceback" not in refused.stderr
