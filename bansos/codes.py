"""Codes that people write down: Crockford's base 32, without I, L, O, U (https://www.crockford.com/base32.html)."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
_READ_AS = str.maketrans("ILO", "110")


def new(length: int = CODE_LENGTH) -> str:
    """Returns a random code of `length` characters, 5 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def normalise(text: str) -> str:
    """Returns what a person typed as a code: capitals, no dashes or spaces, I and L as 1, O as 0."""
    return "".join(text.upper().split()).replace("-", "").translate(_READ_AS)


def pretty(code: str) -> str:
    """Returns `7K2M9QX4PD` as `7K2M-9QX4-PD`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def new_pin() -> str:
    """Returns six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
