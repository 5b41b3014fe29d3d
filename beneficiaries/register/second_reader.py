"""A second process that reads four ninths of a large file beside the load: cleaning and encrypting fill one core.

A process of its own and no fork, since a load runs beside the thread of its job's pulse. It opens the same file, skips
the blocks of the first reader, and copies into the same SHARED staging tables over a connection of its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from beneficiaries.register import pace
from beneficiaries.register.asked import blocks

if TYPE_CHECKING:
    from beneficiaries.register.reading import Register

WORTH_IT = 40_000  # rows; for fewer the process starts longer than it saves
KEYS = ("PERSONAL_DATA_KEYS", "PERSONAL_DATA_INDEX_KEY")
# Without the admin's pages it starts in a third of the time.
START = """
import json, sys
import django
from django.conf import settings
from bansos import settings as ours
given = json.load(sys.stdin)
apps = [app if app != "django.contrib.admin" else f"{app}.apps.SimpleAdminConfig" for app in ours.INSTALLED_APPS]
named = {name: getattr(ours, name) for name in dir(ours) if name.isupper()}
settings.configure(**named | given["settings"] | {"INSTALLED_APPS": apps})
django.setup()
from beneficiaries.register import second_reader
second_reader.read(given["path"], given["plan"])
"""


def is_worth_it(register: "Register") -> bool:
    """Tells whether the file is large, two may read, and it is loaded where another connection sees the tables."""
    return pace.hands() > 1 and register.size() >= WORTH_IT and not connection.in_atomic_block


@contextmanager
def reading(register: "Register") -> Iterator[None]:
    """Has the rest read while the block reads its share. Raises RuntimeError when that process fails."""
    keys: dict = {name: getattr(settings, name) for name in KEYS}
    given = {
        "settings": keys | {"DATABASES": {"default": connection.settings_dict}},
        "path": str(register.path.absolute()),
        "plan": register.plan,
    }
    command = [sys.executable, "-c", START]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdin  # noqa: S101  a pipe, as asked for
            with other.stdin as told:
                json.dump(given, told)
            yield
        except BaseException:
            other.kill()
            raise
    if other.returncode:
        raise RuntimeError(f"the second reader ended with {other.returncode}")


def read(path: str, plan: dict | None) -> None:
    """Copies the second reader's share of the file, in its own process."""
    from beneficiaries.register.reading import open_register
    from beneficiaries.register.staging import fill

    fill(open_register(path, plan), report=lambda done: None, only=blocks(1))
