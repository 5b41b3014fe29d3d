"""The admin's pages with forms, tables and buttons of many kinds, opened in a real Chromium and read by axe.

Each at three widths in one look; the pages of each part are looked at in every look beside its own tests.
"""

import pytest
from django.urls import reverse

from beneficiaries.models import Household, Letter
from tests import busy_month, cases, people
from tests.browser import WIDTHS, assert_accessible, needs_browser
from tests.test_public_weight import addresses

pytestmark = [pytest.mark.django_db(transaction=True), needs_browser]
REGIONS = {"admin": people.KECAMATAN, "kesra": people.KECAMATAN, "lurah": people.KLENDER}
PLAIN, DARK, FORCED = {}, {"color_scheme": "dark"}, {"forced_colors": "active"}
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
            (url("index"), DARK), (url("bansos_user_add"), PLAIN), (url("bansos_user_change", user.pk), PLAIN),
            (url("bansos_region_add"), PLAIN), (url("bansos_holiday_changelist"), FORCED),
            (url("bansos_holiday_add"), PLAIN), (url("bansos_dataaccess_changelist"), PLAIN),
            (url("monitoring_retentionrule_changelist"), PLAIN), (url("beneficiaries_kinship_changelist"), DARK),
        ],
        "kesra": [
            (url("distribution_fund_add"), PLAIN), (url("distribution_fund_change", fund.pk), PLAIN),
            (url("distribution_round_add"), PLAIN), (url("distribution_programme_changelist"), PLAIN),
            ("/admin/distribution/programme/import/", PLAIN),
            ("/admin/distribution/entitlement/belum-dibantu/", PLAIN),
            (url("beneficiaries_outsidefact_add"), FORCED), (url("beneficiaries_household_change", family.pk), PLAIN),
            (url("beneficiaries_person_change", person.pk), PLAIN),
            (f"/admin/beneficiaries/person/{person.pk}/buka/", PLAIN),
            (f"/admin/beneficiaries/person/{person.pk}/permintaan-data/", DARK),
            (url("beneficiaries_household_peristiwa", family.pk), FORCED),
            ("/laporan/", PLAIN),
        ],
        "lurah": [
            (url("beneficiaries_letter_revoke", Letter.objects.last().pk), PLAIN),
            (url("beneficiaries_household_catat", family.pk, "gabung"), PLAIN),
        ],
    }  # fmt: skip


def test_forms_tables_and_buttons_of_the_admin(visit, client):
    addresses(client)
    wrong = []
    for name, asked in pages().items():
        page = visit("/", user=cases.officer(name, name, REGIONS[name]))
        for path, look in asked:
            page.emulate_media(**{name: look.get(name, "null") for name in ("color_scheme", "forced_colors")})
            answer = page.goto(path)
            assert answer.status == 200, (path, answer.status)
            page.wait_for_function(NAMED)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                try:
                    # The button of Unfold's file field is a second label.
                    assert_accessible(page, form_field_multiple_labels=False)
                except AssertionError as error:
                    wrong.append((path, width, look, str(error)))
    assert wrong == []
