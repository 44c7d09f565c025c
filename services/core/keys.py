"""The secret keys: made once, kept apart from the data, rotated without breaking what they sealed.

A missing key file is made under a lock; a damaged one stops the start of the application. There is
never a built-in key to fall back on.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from db.place import keys_file
from db.types import utc_now

KEY_BYTES = 32


class KeysUnreadable(RuntimeError):
    """The key file exists and cannot be used: nothing may be signed until it is mended."""


def _make() -> dict[str, Any]:
    return {
        "id": secrets.token_hex(4),
        "key": secrets.token_hex(KEY_BYTES),
        "made": utc_now().isoformat(),
    }


def _write(path: Path, ring: list[dict[str, Any]]) -> None:
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(ring, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        ring = json.loads(path.read_text("utf-8"))
        if not ring or any(len(bytes.fromhex(entry["key"])) != KEY_BYTES for entry in ring):
            raise KeysUnreadable(f"{path}: no key of {KEY_BYTES} bytes")
    except (ValueError, KeyError, TypeError) as trouble:
        raise KeysUnreadable(f"{path}: {trouble}") from trouble
    return list(ring)


def _ring(path: Path, *, add: bool = False) -> list[dict[str, Any]]:
    """Read the ring, newest first, under a lock: of many starting processes one makes the key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ring = _read(path) if path.exists() else []
        if add or not ring:
            ring = [_make(), *ring]
            _write(path, ring)
        return ring


@cache
def _keys(path: Path) -> dict[str, bytes]:
    return {entry["id"]: bytes.fromhex(entry["key"]) for entry in _ring(path)}


def rotate() -> str:
    """Put a new key in front; older ones stay for what they sealed. Returns the new key's id."""
    path = keys_file()
    ring = _ring(path, add=True)
    _keys.cache_clear()
    return str(ring[0]["id"])


def current_id() -> str:
    return next(iter(_keys(keys_file())))


def seal(purpose: str, text: str, key_id: str | None = None) -> str:
    """HMAC-SHA256 of `text` for one purpose, hex. `key_id` None takes the newest key.

    Raises KeyError for a key that is not in the ring.
    """
    keys = _keys(keys_file())
    key = keys[key_id or next(iter(keys))]
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def first_seal(purpose: str, text: str) -> str:
    """`seal` under the oldest key: for values that must stay equal through a rotation."""
    return seal(purpose, text, list(_keys(keys_file()))[-1])
