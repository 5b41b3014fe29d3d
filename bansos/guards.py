"""Whether the database's triggers are those that the models ask for, down to what their functions do.

pgtrigger knows a trigger by the digest in its comment. Who owns the database can leave the comment and put an empty
function behind it, or a condition that is never true; so functions, conditions and events are compared.
"""

import re
from typing import NamedTuple

import pgtrigger.registry
from django.db import connection

from bansos.history import NOTE_CONTEXT

_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}  # of pg_trigger.tgtype
_WHEN = {"BEFORE": 2, "AFTER": 0, "INSTEAD OF": 64}
_FUNCTION = re.compile(r'FUNCTION (?:"public"\.)?(\w+)\([^)]*\)\s+RETURNS \w+ AS \$\$(.*?)\$\$ LANGUAGE', re.DOTALL)
_MADE = re.compile(r"CREATE\s+(?:CONSTRAINT\s+)?TRIGGER.*?(BEFORE|AFTER|INSTEAD OF)\s+(.*?)\s+ON\s", re.DOTALL)


class Guard(NamedTuple):
    """When a trigger acts: the bits of its events, and whether under a condition."""

    kind: int
    has_condition: bool


def missing() -> list[str]:
    """Returns the triggers that the database lacks, has switched off, or has in another shape: "app.model:name", and
    the functions that say something else: "pgtrigger_append_only_52232".
    """
    guards, functions = _live()
    found, asked = [], dict(_FUNCTION.findall(NOTE_CONTEXT))  # who did it and why is noted by ours (ADR 32)
    for model, trigger in pgtrigger.registry.registered():
        sql, name = trigger.compile(model).install_sql, trigger.get_pgid(model)
        texts = dict(_FUNCTION.findall(sql))
        hollow = functions.get(name) != _squeezed(texts.pop(name))
        asked |= texts  # what lets a trigger be passed over is the same for all
        installed = trigger.get_installation_status(model)[:2] == ("INSTALLED", True)
        if hollow or not installed or guards.get((model._meta.db_table, name)) != _asked(sql):
            found.append(f"{model._meta.label_lower}:{trigger.name}")
    return found + [name for name, text in asked.items() if functions.get(name) != _squeezed(text)]


def _asked(install_sql: str) -> Guard:
    made = _MADE.search(install_sql)
    assert made, "pgtrigger installs a trigger"
    rest = install_sql[made.end() :]
    kind = _WHEN[made[1]] + sum(bit for event, bit in _EVENTS.items() if event in made[2].split())
    return Guard(kind + ("FOR EACH ROW" in rest), "WHEN (" in rest)


def _live() -> tuple[dict[tuple[str, str], Guard], dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.relname, t.tgname, t.tgtype, t.tgqual IS NOT NULL
            FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal"""
        )
        guards = {(table, name): Guard(*rest) for table, name, *rest in cursor.fetchall()}
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        return guards, {name: _squeezed(text) for name, text in cursor.fetchall()}


def _squeezed(text: str) -> str:
    """A newer pgtrigger may set its lines otherwise."""
    return " ".join(text.split())
