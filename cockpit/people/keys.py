"""The home's own secrets: made on the first start, readable by nobody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import stat
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from cockpit import disk
from cockpit.model.mistakes import Mistake

FILE = "secret.key"


class Key:
    """The secret of a home, and what it is used for: each purpose has a key derived for it."""

    def __init__(self, home: Path):
        self._secret = _read(home / FILE)

    def mac(self, purpose: str, text: str) -> str:
        """A tag that only the holder of the key can make."""
        return hmac.new(self._derived(purpose), text.encode(), hashlib.sha256).hexdigest()

    def is_mac(self, purpose: str, text: str, tag: str) -> bool:
        """Whether a tag is the text's own."""
        return hmac.compare_digest(self.mac(purpose, text).encode(), tag.encode())

    def seal(self, text: str) -> str:
        """The text, unreadable without the key."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """What was sealed. Raises Mistake where another key did it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Mistake(
                "a secret in the state database was sealed with another key",
                where=FILE,
                write="Put back the key file that belongs to this database",
            ) from None

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived("seal")))

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()


def _read(path: Path) -> bytes:
    """The key, made if there is none. Two processes that start at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with suppress(FileExistsError):  # somebody was faster
            disk.write(path, secrets.token_hex(32), new=True, mode=0o600)
    held = path.stat()
    if held.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Mistake(
            "others than its owner can read the secret key", where=path, write=f"chmod 600 {path}"
        )
    text = path.read_text("utf-8").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) < 32:
        raise Mistake(
            "this is no key of 64 hexadecimal digits",
            where=path,
            write="Put the file back as it was; without it nobody's one-time codes can be read",
        )
    return secret
