"""Limits on wrong guesses, counted in the cache. Losing the cache only forgives; it never opens a record."""

from django.core.cache import cache


def count(kind: str, key: str, seconds: int) -> int:
    """Counts one attempt and returns how many `key` has made within `seconds`, this one included."""
    name = f"limit:{kind}:{key}"
    cache.add(name, 0, seconds)
    try:
        return cache.incr(name)
    except ValueError:  # expired between the two calls
        return 1


def hit(kind: str, key: str, limit: int, seconds: int) -> bool:
    """Counts one attempt and returns whether `key` is now over `limit` within `seconds`."""
    return count(kind, key, seconds) > limit


def forget(kind: str, key: str) -> None:
    """Begins the count of `key` anew, after a right answer."""
    cache.delete(f"limit:{kind}:{key}")
