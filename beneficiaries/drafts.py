"""An unfinished application, kept in the visitor's session.

Sessions are rows of the database, and a draft holds NIK, KK and phone; stored as they are they would stand readable
in every dump. The whole draft is therefore one encrypted text, bound to the name "daftar.session", so that it opens
nowhere else. It lives as long as the session and is removed when the application is sent.
"""

import base64
import json

from bansos import codes, crypto

COLUMN = "daftar.session"
DRAFT, RECEIPT = "daftar", "daftar_bukti"


def _seal(text: str) -> str:
    return base64.b64encode(crypto.encrypt(text, COLUMN)).decode()


def _open(sealed: str | None) -> str | None:
    try:
        return crypto.decrypt(base64.b64decode(sealed), COLUMN) if sealed else None
    except crypto.CannotDecrypt:  # the key has been changed since: the visitor begins again
        return None


class Draft:
    """What was answered so far, by page; `code` is the application's code to be, so that sending twice is once."""

    def __init__(self, session):
        self._session = session
        text = _open(session.get(DRAFT))
        kept = json.loads(text) if text else {}
        self.code: str | None = kept.get("code")
        self.pages: dict[str, dict] = kept.get("pages", {})
        self.consent: dict[str, str] = kept.get("consent", {})  # of a family that an officer helps

    def begin(self, consent: dict[str, str] | None = None) -> None:
        """Starts an empty draft; `consent` says how a family agreed that an officer helps."""
        self.code, self.pages, self.consent = codes.new(), {}, consent or {}
        self._keep()

    def answer(self, slug: str, values: dict) -> None:
        """Keeps a page. Another kelurahan or RW makes what was chosen inside the old one void."""
        changed = self.pages.get(slug) != values
        self.pages[slug] = values
        for later in {"kelurahan": ("rw", "alamat"), "rw": ("alamat",)}.get(slug, ()) if changed else ():
            self.pages.pop(later, None)
        self._keep()

    def end(self, receipt: str) -> None:
        """Removes the draft and remembers the code that was sent, for the receipt."""
        self._session.pop(DRAFT, None)
        self._session[RECEIPT] = _seal(receipt)

    @property
    def values(self) -> dict:
        """All answers by field name."""
        return {name: value for page in self.pages.values() for name, value in page.items()}

    def _keep(self) -> None:
        text = json.dumps({"code": self.code, "pages": self.pages, "consent": self.consent}, default=str)
        self._session[DRAFT] = _seal(text)


def receipt(session) -> str | None:
    """Returns the code of the application this visitor has sent, if any."""
    return _open(session.get(RECEIPT))


def forget(session) -> None:
    """Removes draft and receipt from this device."""
    session.pop(DRAFT, None)
    session.pop(RECEIPT, None)
