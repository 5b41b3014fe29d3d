"""The people whom a condition points to as a spreadsheet: names and places, no identity number, no formula."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from xlsxwriter import Workbook

from bansos import exports
from beneficiaries.facts import age
from beneficiaries.models import PersonCondition
from beneficiaries.person_conditions import STATES, sentences
from beneficiaries.simulation_xlsx import OPTIONS

# By the names of `bansos.exports`: the title of each column and its width.
COLUMNS = {
    "name": (_("Nama"), 28),
    "place": (_("RT/RW"), 30),
    "age": (_("Umur"), 8),
    "condition": (_("Keadaan"), 20),
    "why": (_("Sebab"), 90),
}
FIELDS = tuple(COLUMNS)


def render(
    people, *, fields: Iterable[str], condition: PersonCondition, title: str, on: date, stamp: exports.Stamp
) -> bytes:
    """Returns the marked workbook of `people` (of `person_conditions.found`, with their regions), with the columns that
    `fields` names; ages are those of the day `on`.
    """
    reads: dict = {
        "name": lambda person: person.name,
        "place": lambda person: person.region.label,
        "age": lambda person: age(person.born_on, on),
        "condition": lambda person: str(STATES[person.state]),
        "why": lambda person: " ".join(sentences(hits=person.hits, condition=condition)),
    }
    columns = [(*COLUMNS[name], reads[name]) for name in fields]
    stream = BytesIO()
    with Workbook(stream, OPTIONS) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        sheet = book.add_worksheet(condition.code)
        sheet.write_string(0, 0, title, bold)
        sheet.freeze_panes(3, 0)
        for place, (name, width, _read) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(2, place, str(name), bold)
        for row, person in enumerate(people, start=3):
            for place, (_name, _width, read) in enumerate(columns):
                sheet.write(row, place, read(person))
        exports.mark_book(book, stamp)
    return stream.getvalue()
