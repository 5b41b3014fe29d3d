"""The mappings that offices keep: found by a file's headings, saved by whoever matched them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.scope import covers
from beneficiaries.models import ColumnMapping, RegisterImport
from beneficiaries.register import mapping
from beneficiaries.register.columns import HOUSEHOLDS
from beneficiaries.register.reading import OtherHeadings, headings, open_register

COLUMN_OPEN = _("Kolom %(column)s belum dicocokkan. Pilih kolomnya, atau isi satu nilai.")
MAY_NOT = _("Akun Anda tidak boleh mengubah pencocokan kolom. Minta staf kelurahan.")
ELSEWHERE = _("Pencocokan ini milik kantor lain. Minta kantor itu mengubahnya.")
GONE = _("Pencocokan ini sudah dihapus. Unggah berkasnya lagi untuk mencocokkan.")
NAMELESS = _("Beri nama, supaya mudah dicari nanti.")


class MappingError(ValueError):
    """What is kept cannot be changed so; the sentence says what to mend."""


def checked(plan: dict) -> dict:
    """Returns a plan that leaves no needed column open. Raises MappingError with those it does."""
    try:
        mapping.check(plan)
    except mapping.PlanError as error:
        raise MappingError(COLUMN_OPEN % {"column": ", ".join(error.columns)}) from error
    return plan


def _titles(path: Path) -> dict[str, list[str]]:
    found = headings(path)
    # A CSV's only sheet is called after the file as we store it, which is another name each time.
    if len(found) == 1:
        found = {"": next(iter(found.values()))}
    return {sheet: [heading.title for heading in titles] for sheet, titles in found.items()}


def known_plan(path: Path, region_code: str) -> dict | None:
    """Returns the plan that an office, or one above it, keeps for files with these headings; None for our own.

    Raises FileError.
    """
    try:
        open_register(path)
    except OtherHeadings:
        pass
    else:
        return None
    code = region_code.split(".")
    offices = [".".join(code[:count]) for count in range(len(code), 0, -1)]
    kept = ColumnMapping.objects.filter(region__in=offices, fingerprint=mapping.fingerprint(_titles(path)))
    found = max(kept, key=lambda each: len(each.region_id), default=None)
    return _with_sheet(found.plan, path) if found else None


def remember(register_import: RegisterImport, plan: dict, *, name: str, by) -> ColumnMapping:
    """Keeps a plan for the import's office, in place of an older one for such files."""
    titles = _titles(Path(register_import.file.path))
    kept, _made = ColumnMapping.objects.update_or_create(
        region_id=register_import.region_id,
        fingerprint=mapping.fingerprint(titles),
        defaults={"plan": plan, "headings": titles, "name": name, "saved_by": by, "saved_at": timezone.now()},
    )
    return kept


def change(*, kept: ColumnMapping, plan: dict, name: str, by) -> ColumnMapping:
    """Mends what an office keeps: the next file is read so, files read before stay as they are. Raises MappingError."""
    with _ours(kept, by, "change") as row:
        if not name.strip():
            raise MappingError(str(NAMELESS))
        row.plan, row.name = checked(plan), " ".join(name.split())
        row.saved_by, row.saved_at = by, timezone.now()
        row.save(update_fields=["plan", "name", "saved_by", "saved_at"])
    return row


def forget(*, kept: ColumnMapping, by) -> None:
    """Deletes what an office keeps: the next such file is matched by a person again. Raises MappingError."""
    with _ours(kept, by, "delete") as row:
        row.delete()


@contextmanager
def _ours(kept: ColumnMapping, by, verb: str) -> Iterator[ColumnMapping]:
    """Locks a mapping of the officer's own office, or of one below it. Raises MappingError."""
    if not by.has_perm(f"beneficiaries.{verb}_columnmapping"):
        raise MappingError(str(MAY_NOT))
    with transaction.atomic(), pghistory.context(user=by.pk, source="column_mapping"):
        row = ColumnMapping.objects.select_for_update(of=("self",)).filter(pk=kept.pk).first()
        if row is None:
            raise MappingError(str(GONE))
        if not covers(by, row.region_id):
            raise MappingError(str(ELSEWHERE))
        yield row


def headings_of(kept: ColumnMapping) -> dict[str, list[str]]:
    """Returns the headings of the files that a mapping is for, by sheet; of an old one those that it uses."""
    parts = kept.plan.values()
    if len(kept.headings) == 1:  # a file of one table, whose name is another each time
        (titles,) = kept.headings.values()
        return dict.fromkeys((part["from"] for part in parts), titles)
    if kept.headings:
        return kept.headings
    used: dict[str, dict[str, None]] = {}
    for part in parts:
        used.setdefault(part["from"], {}).update(dict.fromkeys(filter(None, part["columns"].values())))
    return {sheet: list(titles) for sheet, titles in used.items()}


def _with_sheet(plan: dict, path: Path) -> dict:
    """A plan for a file of one table, whose table is called after the file."""
    names = list(headings(path))
    if len(names) > 1:
        return plan
    return {sheet: part | {"from": names[0]} for sheet, part in plan.items()}


def places_by_name() -> dict[str, str]:
    """Returns the code of each kelurahan by its name, for files that give no codes."""
    return {region.name: region.code for region in Region.objects.kelurahan()}


def drafted(register_import: RegisterImport) -> dict:
    """Returns the plan that the headings suggest, for a person to look at. Raises FileError."""
    found = {sheet: [h.title for h in titles] for sheet, titles in headings(register_import.file.path).items()}
    plan = {}
    for sheet in mapping.SHEETS:
        source = mapping.suggest_sheet(sheet, found)
        matched = {c.title: mapping.suggest(c, found[source]) for c in mapping.columns(sheet)}
        words = {"Kode Kelurahan": places_by_name()} if sheet == HOUSEHOLDS else {}
        plan[sheet] = {"from": source, "columns": matched, "fixed": {}, "words": words}
    return plan
