"""Passwords: hashed by argon2id, a bounded number at once; and the rules for new ones."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cockpit.model.mistakes import Mistake
from cockpit.people.roles import OFFICERS, Role
from cockpit.settings import Settings

PATIENCE = 10.0
"""Seconds for which one waits to be hashed; then there are too many."""
MOST = 1_000
"""Characters that a password may have: hashing a book would take the machine."""


HASHER = PasswordHasher()
"""argon2id by RFC 9106, second choice: 64 MiB, 3 passes."""


@cache
def _nobodys() -> str:
    """What is verified where there is nothing to verify."""
    return HASHER.hash(secrets.token_hex())


class Busy(Mistake):
    """Too many passwords are being hashed at once."""


@dataclass(frozen=True)
class Rule:
    """A rule that a new password breaks, by its name in the catalogue of words."""

    name: str
    limit: int = 0


class Passwords:
    """Hashing and checking in one process."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._room = threading.BoundedSemaphore(max(1, settings.hashing))
        self._nobody = _nobodys()

    def hash(self, password: str) -> str:
        """A new hash. Raises Busy."""
        with self._turn():
            return HASHER.hash(_bounded(password))

    def verify(self, password: str, hash: str | None) -> bool:
        """Whether it is the password of that hash; where there is none, the same work is done and
        the answer is no. Raises Busy.
        """
        with self._turn():
            try:
                HASHER.verify(hash or self._nobody, _bounded(password))
                return hash is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, hash: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return HASHER.check_needs_rehash(hash)

    def broken(
        self, password: str, name: str, role: Role, before: Sequence[str] = ()
    ) -> list[Rule]:
        """Every rule that a new password breaks (等保2.0 8.1.4.1 a); ``before`` are the hashes that
        may not come again. Raises Busy.
        """
        least = self.settings.password_length + (2 if role in OFFICERS else 0)
        kinds = sum(
            any(test(character) for character in password)
            for test in (
                str.islower,
                str.isupper,
                str.isdigit,
                lambda character: not (character.isascii() and character.isalnum()),
            )
        )
        found = []
        if len(password) < least:
            found.append(Rule("password_short", least))
        if len(password) > MOST:
            found.append(Rule("password_long", MOST))
        if kinds < 3:
            found.append(Rule("password_plain"))
        if name.casefold() in password.casefold():
            found.append(Rule("password_name"))
        if not found and any(self.verify(password, each) for each in before):
            found.append(Rule("password_again_used", self.settings.password_history))
        return found

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=PATIENCE):
            raise Busy("too many people are signing in at this moment", write="Try again")
        try:
            yield
        finally:
            self._room.release()


def _bounded(password: str) -> str:
    """Two passwords beyond the limit that begin alike must not be one."""
    if len(password) <= MOST:
        return password
    return hashlib.sha256(password.encode(errors="surrogatepass")).hexdigest()
