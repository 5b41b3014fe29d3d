"""A real Chromium for the pages: phone and desk widths, sign-in, screenshots, and axe."""

import os
import shutil
from functools import wraps
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
ARGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-gpu", "--disable-dev-shm-usage",
]  # fmt: skip
SHOTS = os.environ.get("BANSOS_SHOTS", ".local/shots")  # empty: none are taken


def _settled(click):
    """A click returns once the page it leads to is parsed, so that the next line never reads half a page."""

    @wraps(click)
    def patient(self, *args, **kwargs):
        click(self, *args, **kwargs)
        getattr(self, "page", self).wait_for_load_state()

    return patient


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import Locator, Page, sync_playwright

    Page.click, Locator.click = _settled(Page.click), _settled(Locator.click)

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's loop runs in the test's own thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, live_server):
    """Returns `visit(path, width=360, user=None, javascript=True)`: a page, signed in by password if asked."""
    contexts = []

    def open_page(path: str, width: int = 360, user=None, javascript: bool = True):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, base_url=live_server.url, java_script_enabled=javascript
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        if user:
            sign_in(page, user.username)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page, username: str, password: str | None = None) -> None:
    """Signs in at /masuk/; the tests' passwords equal the user names."""
    page.goto("/masuk/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password or username)
    page.click("main button")


def shot(page, name: str) -> None:
    """Keeps a picture of the whole page under .local/shots."""
    if not SHOTS:
        return
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import Error

    try:
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    except Error:  # a busy Chromium now and then cannot draw; the second time it can
        page.screenshot(path=folder / f"{name}.png", full_page=True)


# What axe may leave to a person who looks at the screenshots: it sees no background behind the letters of an SVG,
# under forced colours, and where the buttons of a small phone float above the text.
CONTRAST = ("color-contrast", "color-contrast-enhanced")
LEFT_OPEN = set(CONTRAST)


def assert_accessible(page, only: tuple[str, ...] = (), **rules: bool) -> None:
    """Fails with what axe finds or cannot decide, and when the page scrolls sideways.

    `rules` turns rules of axe on or off; where `only` names some, the others are not asked.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    asked = {"rules": {name.replace("_", "-"): {"enabled": on} for name, on in rules.items()}}
    if only:
        asked = {"runOnly": [name for name in only if asked["rules"].get(name, {}).get("enabled", True)]}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    whole = page.evaluate("(asked) => axe.run(asked)", asked | {"resultTypes": ["violations", "incomplete"]})
    found = whole["violations"] + [v for v in whole["incomplete"] if v["id"] not in LEFT_OPEN]
    assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"


WIDTHS = (320, 768, 1280)
# What a finger must hit. Links inside a sentence are left out, as WCAG 2.5.8 does.
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    "main :is(button, summary, select, textarea, .btn, .task a, .opt, .back), main input:not([type=hidden], .opt input)"
  )].filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect().height])
  .filter(([, height]) => height < least)"""


def assert_usable(page, field: bool = False) -> None:
    """Looks at one state of a page at 320, 768 and 1280 pixels, and at its contrast in dark mode and forced colours.

    Pages of the field (`field`) are read in the sun by a thumb: contrast of 7:1, targets of 48 pixels or more.
    """
    before = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert_accessible(page, color_contrast_enhanced=field)
        if field:
            small = page.evaluate(SMALL_TARGETS, 48)
            assert not small, (width, small)
    page.set_viewport_size(before)
    for look in ({"color_scheme": "dark"}, {"forced_colors": "active"}):
        page.emulate_media(**look)
        assert_accessible(page, CONTRAST, color_contrast_enhanced=field and "color_scheme" in look)
        page.emulate_media(**dict.fromkeys(look, "null"))
