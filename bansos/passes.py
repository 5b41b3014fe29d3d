"""Short-lived passes: after a right answer a person sees one page at an address that nobody can guess.

The pass holds only a row's number, lives in the cache for minutes, and is gone when the person says so.
"""

import secrets

from django.core.cache import cache


def issue(kind: str, value, seconds: int, token: str | None = None) -> str:
    """Returns a token of 128 bits for `value`, valid for `seconds`."""
    token = token or secrets.token_urlsafe(16)
    cache.set(f"pass:{kind}:{token}", value, seconds)
    return token


def read(kind: str, token: str):
    """Returns the value behind `token`, or None when it was never issued, has run out or was revoked."""
    return cache.get(f"pass:{kind}:{token}")


def revoke(kind: str, token: str) -> None:
    cache.delete(f"pass:{kind}:{token}")
