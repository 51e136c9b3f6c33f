"""Receipt codes: what a person holds to follow a demand. Whoever has the code finds it, nobody else can guess it."""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are misread."""
LENGTH = 12
PATTERN = rf"^[{ALPHABET}]{{{LENGTH}}}$"


def receipt_code() -> str:
    """A new code: 58 bits that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def receipt_code_of(secret: bytes, form: str) -> str:
    """The code of one opened form: sending it twice gives one receipt. secret: a key of who gives the codes."""
    number = int.from_bytes(hmac.new(secret, b"majung-form:" + form.encode(), hashlib.sha256).digest(), "big")
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def receipt_name(code: str) -> str:
    """The file name of a receipt: a digest of its code."""
    return hashlib.sha256(b"majung-receipt:" + code.strip().upper().encode()).hexdigest()[:40]
