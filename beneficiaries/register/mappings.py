"""The mappings that offices keep: found by a file's headings, saved by whoever matched them."""

from pathlib import Path

from django.utils import timezone

from bansos.models import Region
from beneficiaries.models import ColumnMapping, RegisterImport
from beneficiaries.register import mapping
from beneficiaries.register.columns import HOUSEHOLDS
from beneficiaries.register.reading import OtherHeadings, headings, open_register


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
    kept, _made = ColumnMapping.objects.update_or_create(
        region_id=register_import.region_id,
        fingerprint=mapping.fingerprint(_titles(Path(register_import.file.path))),
        defaults={"plan": plan, "name": name, "saved_by": by, "saved_at": timezone.now()},
    )
    return kept


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
