"""The menu of the admin marks where one is."""

import pytest

from bansos.admin_look import UNFOLD, nearest

LISTS = "/admin/distribution/entitlement/"


@pytest.mark.parametrize(
    ("path", "link"),
    [
        (LISTS, LISTS),
        (f"{LISTS}12/change/", LISTS),
        (f"{LISTS}belum-dibantu/", f"{LISTS}belum-dibantu/"),
        ("/admin/beneficiaries/household/3/peristiwa/", "/admin/beneficiaries/household/"),
        ("/admin/", ""),
        ("/transparansi/", ""),
    ],
)
def test_the_nearest_entry_is_marked(path, link, rf):
    """Of two under which a page lies, the longer."""
    assert nearest(path) == link
    items = [item for group in UNFOLD["SIDEBAR"]["navigation"] for item in group["items"] if "active" in item]
    assert [str(item["link"]) for item in items if item["active"](rf.get(path))] == ([link] if link else [])
