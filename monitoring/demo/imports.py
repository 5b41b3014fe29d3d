"""What the import pages of an office show: a SIKS-NG list matched once and loaded, and the next one that waits.

The first has a row to mend and somebody whom the register knows under another spelling.
"""

import csv
import io

from django.core.files.base import ContentFile

from bansos import jobs
from bansos.models import User
from beneficiaries import register
from beneficiaries.models import Person, RegisterImport
from beneficiaries.register import mapping, mappings
from monitoring.demo import officers
from monitoring.demo.almanac import Almanac, at

HEADINGS = (
    "NO KK", "NIK", "NAMA ART", "TGL LAHIR", "JK", "SHDK", "STATUS PERKAWINAN", "ALAMAT", "RT/RW", "KELURAHAN",
    "STATUS RUMAH", "LANTAI", "DINDING", "JAMBAN", "SUMBER AIR", "DAYA", "BAHAN BAKAR", "PENDAPATAN",
)  # fmt: skip
HOME = ("KLENDER", "Milik sendiri", "SEMEN", "Tembok", "Sendiri", "Ledeng", "900", "Gas 3 kg")
PINES, GUAVA = ("Jl. Cemara No. 4", "002/008", *HOME), ("Gg. Jambu No. 11", "003/008", *HOME)
ROWS = (
    ("3175070311269801", "3175071204849801", "SUPRIYATNO", "12/04/1984", "L", "Kepala keluarga", "Kawin", *PINES,
     "1800000"),
    ("3175070311269801", "3175075508869802", "YUNINGSIH", "15/08/1986", "P", "Istri", "Kawin", *PINES, "0"),
    ("3175070311269801", "3,17507E+15", "RIFKI SUPRIYATNO", "02/02/2012", "L", "Anak", "Belum kawin", *PINES, "0"),
)  # fmt: skip
NEXT = ROWS[:2] + (
    ("3175070311269803", "3175076003799803", "MARYATUN", "20/03/1979", "P", "Kepala keluarga", "Cerai mati", *GUAVA,
     "900000"),
)  # fmt: skip


def this_month(almanac: Almanac, say) -> None:
    """Lets staff of Klender match and load a list, and upload the next one, which is read without a question."""
    staff = User.objects.get(username="staf.klender")
    with at(almanac.ago(5), 9):
        made = _upload(f"siks-ng-{almanac.last_month:%Y-%m}.csv", [*ROWS, *_known_otherwise()], staff)
        job = register.map_columns(register_import=made, plan=_plan(made), name="Ekspor SIKS-NG", by=staff)
        jobs.run(job_id=job.pk)
        jobs.run(job_id=register.confirm(register_import=made, by=staff).pk)
    with at(almanac.ago(1), 9):
        _upload(f"siks-ng-{almanac.this_month:%Y-%m}.csv", NEXT, staff)
    say("Daftar SIKS-NG dicocokkan dan dimuat.")


def _upload(name: str, rows, staff: User) -> RegisterImport:
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *rows])
    made = register.receive(file=ContentFile(out.getvalue().encode()), filename=name, by=staff)
    assert made.job_id, "what is received is inspected by a job"
    jobs.run(job_id=made.job_id)
    return made


def _plan(made: RegisterImport) -> dict:
    """What staff answer on the page: as suggested, "Tidak" where the list is silent, and one word."""
    plan = mappings.drafted(made)
    for sheet, part in plan.items():
        for column in mapping.columns(sheet):
            if not part["columns"][column.title] and mapping.words_of(column) == ("Ya", "Tidak"):
                part["fixed"][column.title] = "Tidak"
    plan["Keluarga"]["words"]["Jenis Lantai"] = {"SEMEN": "Plester"}
    return plan


def _known_otherwise() -> list[tuple]:
    """A head of a family in Klender whom the list has with two letters swapped and a number of its own."""
    heads = Person.objects.living().heads().inside(officers.KLENDER).filter(sex="L").order_by("-pk")
    known = next((person for person in heads[:50] if len(person.name.split()[-1]) > 4), None)
    if known is None:
        return []
    first, last = known.name[:-3], known.name[-3:]
    name, number = f"{first}{last[1]}{last[0]}{last[2]}", f"317507{known.born_on:%d%m%y}9804"
    return [("3175070311269804", number, name.upper(), f"{known.born_on:%d/%m/%Y}", "L", "Kepala keluarga",
             "Belum kawin", *GUAVA, "1200000")]  # fmt: skip
