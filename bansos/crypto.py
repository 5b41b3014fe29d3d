"""Encryption of identity data and its blind index.

AES-256-GCM with a random nonce; the header holds the key's id, so keys can rotate. The column is authenticated
data: a ciphertext moved to another column does not open. Equality and uniqueness go through an HMAC-SHA256 with a
key of its own, since a plain hash of a NIK is guessed in seconds (shared/reliability.md, section 1).
"""

import hmac
import os
from collections.abc import Callable, Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
NONCES_AT_ONCE = 1_000


class CannotDecrypt(Exception):
    """The value was changed, moved to another column, or its key is missing."""


@cache
def _ring() -> dict[int, AESGCM]:
    """Returns the ciphers by key id, the encrypting one first. Raises ImproperlyConfigured for a bad setting."""
    try:
        pairs = [part.split(":") for part in settings.PERSONAL_DATA_KEYS.split(",")]
        return {int(key_id): AESGCM(bytes.fromhex(key)) for key_id, key in pairs}
    except ValueError as error:
        raise ImproperlyConfigured("PERSONAL_DATA_KEYS harus berbentuk id:kunci-64-angka-hex,…") from error


def first_key() -> int:
    """Returns the id of the key that encrypts."""
    return next(iter(_ring()))


def forget_keys() -> None:
    """Reads the ring anew from the settings at its next use."""
    _ring.cache_clear()


@cache
def _index_key() -> bytes:
    return bytes.fromhex(settings.PERSONAL_DATA_INDEX_KEY)


def encrypt(text: str, column: str) -> bytes:
    """Encrypts `text` for `column` ("app_table.column"). Returns key id (1 byte), nonce (12), ciphertext and tag."""
    key_id, cipher = next(iter(_ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    return bytes([key_id]) + nonce + cipher.encrypt(nonce, text.encode(), column.encode())


def encryptor(column: str) -> Callable[[str], bytes]:
    """Returns an `encrypt` for many values of one column, which asks the system for its nonces by thousands.

    For one loop of one process: a copy of it in a forked process would use the same nonces again.
    """
    key_id, cipher = next(iter(_ring().items()))
    head, bound, nonces = bytes([key_id]), column.encode(), _nonces()

    def encrypt_one(text: str) -> bytes:
        nonce = next(nonces)
        return head + nonce + cipher.encrypt(nonce, text.encode(), bound)

    return encrypt_one


def _nonces() -> Iterator[bytes]:
    while True:
        drawn = os.urandom(NONCE_BYTES * NONCES_AT_ONCE)
        yield from (drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES))


def decrypt(token: bytes, column: str) -> str:
    """Returns the text behind `token`. Raises CannotDecrypt."""
    cipher = _ring().get(token[0])
    if cipher is None:
        raise CannotDecrypt(f"Kunci nomor {token[0]} tidak ada.")
    nonce, body = token[1 : 1 + NONCE_BYTES], token[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, column.encode()).decode()
    except InvalidTag as error:
        raise CannotDecrypt("Data tersandi berubah atau dipindahkan.") from error


def blind_index(text: str, kind: str) -> bytes:
    """Returns the 32-byte index of a normalised `text`; `kind` ("nik", "kk", …) keeps indexes apart."""
    return hmac.digest(_index_key(), f"{kind}:{text}".encode(), "sha256")


def indexer(kind: str) -> Callable[[str], bytes]:
    """Returns a `blind_index` for many values of one kind: the key is worked in once."""
    begun = HMAC(_index_key(), SHA256())  # copied in a third of the time that the standard library takes
    begun.update(f"{kind}:".encode())

    def index_one(text: str) -> bytes:
        whole = begun.copy()
        whole.update(text.encode())
        return whole.finalize()

    return index_one
