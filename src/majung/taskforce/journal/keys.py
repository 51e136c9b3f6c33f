"""The key that signs journal heads: Ed25519, in a file outside the database."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from majung.methods.labelled import InputError


def make(file: Path) -> Path:
    """Make a key, readable by its owner only, and the public half beside it (`.pub.pem`). Never overwrites a key."""
    if file.exists():
        raise InputError(f"{file}: there is a key already; a new one would leave what the old one signed unprovable")
    key = Ed25519PrivateKey.generate()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = file.with_suffix(".pub.pem")
    public.write_bytes(public_pem(key.public_key()))
    return public


def load(file: Path) -> Ed25519PrivateKey:
    """Read the private key. Raises InputError when it is absent or of another kind."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise InputError(f"{file}: no signing key; make one with `majung journal keygen`") from error
    except ValueError as error:
        raise InputError(f"{file}: not a private key in PEM form") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{file}: not an Ed25519 key")
    return key


def load_public(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise InputError("not a public key in PEM form") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("not an Ed25519 public key")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PublicKey) -> str:
    """A short name of a key: the start of its fingerprint."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def signed_by(key: Ed25519PublicKey, data: bytes, signature: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
