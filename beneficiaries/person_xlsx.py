"""The people whom a condition points to as a spreadsheet: names and places, no identity number, no formula."""

from io import BytesIO

from django.utils.translation import gettext_lazy as _
from xlsxwriter import Workbook

from bansos import exports
from beneficiaries.facts import age
from beneficiaries.models import PersonCondition
from beneficiaries.person_conditions import STATES, sentences
from beneficiaries.simulation_xlsx import OPTIONS

FIELDS = ("name", "place", "age", "condition", "why")  # as `bansos.exports` knows them
COLUMNS = ((_("Nama"), 28), (_("RT/RW"), 30), (_("Umur"), 8), (_("Keadaan"), 20), (_("Sebab"), 90))


def render(people, *, condition: PersonCondition, title: str, on, stamp: exports.Stamp) -> bytes:
    """Returns the marked workbook of `people` (of `person_conditions.found`, with their regions)."""
    stream = BytesIO()
    with Workbook(stream, OPTIONS) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        sheet = book.add_worksheet(condition.code)
        sheet.write_string(0, 0, title, bold)
        sheet.freeze_panes(3, 0)
        for column, (name, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(2, column, str(name), bold)
        for row, person in enumerate(people, start=3):
            sheet.write_string(row, 0, person.name)
            sheet.write_string(row, 1, person.region.label)
            sheet.write_number(row, 2, age(person.born_on, on))
            sheet.write_string(row, 3, str(STATES[person.state]))
            sheet.write_string(row, 4, " ".join(sentences(hits=person.hits, condition=condition)))
        exports.mark_book(book, stamp)
    return stream.getvalue()
