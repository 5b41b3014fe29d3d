"""Whoever steals a dump of the database, or a backup, learns nobody's NIK, KK, phone or account number."""

import base64

import pytest
from django.db import connection
from psycopg import sql

from bansos.models import Region
from beneficiaries import appeals, drafts
from beneficiaries.models import Appeal, ImportRow, RegisterImport
from feedback import complaints
from monitoring import data_requests
from tests import cases, make, people

pytestmark = pytest.mark.django_db


def dumped() -> dict[str, bytes]:
    """Returns every table as `pg_dump` writes it: COPY … TO STDOUT."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
                found[name] = b"".join(map(bytes, copy))
    return found


def planted(client) -> dict[str, str]:
    """Walks numbers through every way into the database; returns them by what they are."""
    numbers = {"phone": "081290009001", "account": "7755009001", "complaint": "081290009002", "draft": "081290009003"}
    family = make.household(phone=numbers["phone"], account=numbers["account"])
    person = family.people.get()
    numbers |= {"kk": family.kk, "nik": person.nik, "applicant": make.nik(), "application_kk": make.kk()}
    cases.verified(nik=numbers["applicant"], kk=numbers["application_kk"], phone="081290009004")
    numbers["application_phone"] = "081290009004"
    family.phone = numbers["new_phone"] = "081290009005"
    family.save()
    numbers |= {"blamed": "081290009007", "said": "0812-9000-9008", "neighbour": "+62 812 9000 9009"}
    complaint, _pin = complaints.submit(
        region=Region.objects.get(code=people.KLENDER), category="kurang", phone=numbers["complaint"],
        story=f"Diminta uang oleh {numbers['blamed']}",
    )  # fmt: skip
    complaints.say(complaint=complaint, body=f"Telepon saya di {numbers['said']}")
    appeals.submit_by_neighbour(
        region=Region.objects.get(code=people.RT), name="Bambang", about=Appeal.About.TIDAK_PANTAS,
        ground=Appeal.Ground.MAMPU, same_kelurahan=True, story=f"Tanya {numbers['neighbour']}",
    )  # fmt: skip
    file = RegisterImport.objects.create(region_id=people.KLENDER, filename="x.xlsx", uploaded_by=people.budi())
    numbers["refused_row"] = make.nik()
    ImportRow.objects.create(
        register_import=file, sheet="x", row=1, level="error", code="x", sentence="x", raw=numbers["refused_row"]
    )
    numbers |= {"wanted": "081290009006", "told": make.nik()}
    data_requests.submit(
        person=person,
        kind="perbaikan",
        datum="household.phone",
        wanted=numbers["wanted"],
        story=f"NIK {numbers['told']}",
    )
    _look_up(client, person, numbers)
    return numbers


def _look_up(client, person, numbers) -> None:
    """Leaves traces as officers and visitors do: a search, a reveal, an unfinished application."""
    client.force_login(people.ani())
    client.post("/admin/beneficiaries/person/", {"q": numbers["nik"]}, follow=True)
    client.post(f"/admin/beneficiaries/person/{person.pk}/buka/", {"reason": "mencocokkan KTP"})
    session = client.session
    draft = drafts.Draft(session)
    draft.begin()
    draft.answer("kontak", {"phone": numbers["draft"]})
    session.save()


def test_no_planted_number_stands_in_any_table(client):
    numbers = planted(client)
    tables = dumped()
    assert len(tables) > 40 and all(tables[f"beneficiaries_{name}"] for name in ("person", "personevent", "importrow"))
    assert tables["django_session"] and tables["bansos_dataaccess"]
    found = [
        (name, kind)
        for name, text in tables.items()
        for kind, number in numbers.items()
        for form in forms(number)
        if form in text
    ]
    assert found == []


def forms(number: str) -> list[bytes]:
    """A number as text, as the hex of a bytea column, without its last digit, and in the three phases of base64."""
    plain = number.encode()
    phases = [base64.b64encode(b"x" * shift + plain)[shift + 1 : -4].strip(b"=") for shift in range(3)]
    return [plain, plain.hex().encode(), plain[:-1], *phases]


def test_the_search_sees_a_number_that_is_there(client):
    """The twin: the same number in a column of plain text, and as the bytes of a bytea."""
    numbers = planted(client)
    make.household(address=f"Gang {numbers['nik']}")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE leak AS SELECT %s::bytea AS a, encode(%s::bytea, 'base64') AS b",
            [numbers["kk"].encode(), b"{phone: " + numbers["phone"].encode() + b"}"],
        )
    tables = dumped()
    assert forms(numbers["nik"])[0] in tables["beneficiaries_household"]
    assert forms(numbers["kk"])[1] in tables["leak"]
    assert any(form in tables["leak"] for form in forms(numbers["phone"])[3:])
