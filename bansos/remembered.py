"""A phone that is remembered for 30 days: what its session holds, and when it asks for the PIN (ADR 34)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils import timezone

from bansos.models.user import FIELD_ROLES

# In the session: when the phone was last used ("seen"), whether a PIN is still to be chosen ("new"), and what tells the
# PIN on the phone itself ("lock").
KEY = "hp"
LASTS, ASK_AFTER = timedelta(days=30), timedelta(hours=12)
NOTE_EVERY = timedelta(minutes=5)
LOCK_ROUNDS, LOCK_BITS = 100_000, 12
# What a locked phone may still ask for as a stranger: signing in and out, and the pages that say so themselves.
OPEN = ("/masuk/", "/keluar/", "/verifikasi/", "/sw.js")


def begin(request, *, new_pin: bool) -> None:
    """Lets the phone of this session, just signed in, be remembered; first it asks for a new PIN if told so."""
    request.session[KEY] = {"seen": timezone.now().isoformat(), "new": new_pin}
    request.session.set_expiry(timezone.now() + LASTS)


def forget(request) -> None:
    """Lets the session end with the working day, as everybody else's."""
    if request.session.pop(KEY, None):
        request.session.set_expiry(None)


def wants_new_pin(request) -> bool:
    return bool(request.session.get(KEY, {}).get("new"))


def unlock(request, pin: str) -> None:
    """Opens the phone after the right PIN, or a chosen one. Its 30 days go on as they were."""
    request.session[KEY] = {"seen": timezone.now().isoformat(), "new": False, "lock": _lock(pin)}


def lock(request) -> dict | None:
    """Returns what the phone keeps to ask for the PIN without a network; None where none was written."""
    return request.session.get(KEY, {}).get("lock")


def _lock(pin: str) -> dict:
    """Returns a salt, rounds and the first bits of PBKDF2-SHA256 over the PIN, in the words of the phone.

    So few bits stop a finder who has five tries; whoever reads the phone's storage learns only that the PIN is one of
    some 240, and the portal too gives five tries.
    """
    salt = secrets.token_hex(8)
    digest = hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), LOCK_ROUNDS, dklen=2)
    return {"garam": salt, "kali": LOCK_ROUNDS, "bukti": int.from_bytes(digest) >> (16 - LOCK_BITS)}


def middleware(get_response):
    """Ends a remembered phone whose owner has another role by now, and keeps a locked one outside."""

    def hold(request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES and (state := request.session.get(KEY)):
            _look(request, state)
        locked = getattr(request, "locked_officer", None)
        if locked and not request.path.startswith(OPEN):
            return redirect_to_login(request.get_full_path(), reverse("masuk-pin"))
        return get_response(request)

    return hold


def _look(request, state: dict) -> None:
    """Sets `request.locked_officer` and takes the user away while the PIN is due."""
    officer = request.user
    if not officer.is_authenticated:
        return
    idle = timezone.now() - datetime.fromisoformat(state["seen"])
    if officer.role not in FIELD_ROLES or (state["new"] and idle > ASK_AFTER):
        logout(request)
    elif state["new"] or idle > ASK_AFTER:
        request.locked_officer, request.user = officer, AnonymousUser()
    elif idle > NOTE_EVERY:
        request.session[KEY] = state | {"seen": timezone.now().isoformat()}
