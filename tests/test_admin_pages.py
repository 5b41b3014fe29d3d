"""The admin's pages with forms, tables and buttons of many kinds, opened in a real Chromium and read by axe.

One look a page, the one in which such a page breaks first; the pages of each part are looked at beside its own tests.
"""

import pytest
from django.urls import reverse

from beneficiaries.models import Household, Letter
from tests import busy_month, cases, people
from tests.browser import assert_accessible, needs_browser
from tests.test_public_weight import addresses

pytestmark = [pytest.mark.django_db(transaction=True), needs_browser]
REGIONS = {"admin": people.KECAMATAN, "kesra": people.KECAMATAN, "lurah": people.KLENDER}
PHONE, TABLET, DESK = {"width": 320}, {"width": 768}, {"width": 1280}
DARK, FORCED = DESK | {"color_scheme": "dark"}, TABLET | {"forced_colors": "active"}
# Select2 comes and is named after the load.
NAMED = """[...document.querySelectorAll("select.admin-autocomplete")].every(
  (one) => one.nextElementSibling?.querySelector("[role=combobox][aria-label]"))"""


def url(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def pages() -> dict[str, list[tuple[str, dict]]]:
    """Returns for each officer the addresses and the look of each."""
    family, fund = Household.objects.last(), busy_month.fund()
    person, user = family.people.get(), people.user("admin", "admin", people.KECAMATAN)
    return {
        "admin": [
            (url("index"), DARK), (url("bansos_user_add"), DESK), (url("bansos_user_change", user.pk), PHONE),
            (url("bansos_region_add"), TABLET), (url("bansos_holiday_changelist"), FORCED),
            (url("bansos_holiday_add"), PHONE), (url("bansos_dataaccess_changelist"), TABLET),
            (url("monitoring_retentionrule_changelist"), PHONE), (url("beneficiaries_kinship_changelist"), DARK),
        ],
        "kesra": [
            (url("distribution_fund_add"), TABLET), (url("distribution_fund_change", fund.pk), PHONE),
            (url("distribution_round_add"), DESK), (url("distribution_programme_changelist"), PHONE),
            ("/admin/distribution/programme/import/", PHONE),
            ("/admin/distribution/entitlement/belum-dibantu/", TABLET),
            (url("beneficiaries_outsidefact_add"), FORCED), (url("beneficiaries_household_change", family.pk), DESK),
            (url("beneficiaries_person_change", person.pk), DESK),
            (f"/admin/beneficiaries/person/{person.pk}/buka/", PHONE),
            (f"/admin/beneficiaries/person/{person.pk}/permintaan-data/", DARK),
            (url("beneficiaries_household_peristiwa", family.pk), FORCED),
            ("/laporan/", TABLET),
        ],
        "lurah": [
            (url("beneficiaries_letter_revoke", Letter.objects.last().pk), PHONE),
            (url("beneficiaries_household_catat", family.pk, "gabung"), PHONE),
        ],
    }  # fmt: skip


def test_forms_tables_and_buttons_of_the_admin(visit, client):
    addresses(client)
    wrong = []
    for name, asked in pages().items():
        page = visit("/", user=cases.officer(name, name, REGIONS[name]))
        for path, look in asked:
            page.set_viewport_size({"width": look["width"], "height": 800})
            page.emulate_media(**{name: look.get(name, "null") for name in ("color_scheme", "forced_colors")})
            answer = page.goto(path)
            assert answer.status == 200, (path, answer.status)
            page.wait_for_function(NAMED)
            try:
                # The button of Unfold's file field is a second label.
                assert_accessible(page, form_field_multiple_labels=False)
            except AssertionError as error:
                wrong.append((path, look, str(error)))
    assert wrong == []
