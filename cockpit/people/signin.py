"""Signing in: a name and a password, then whatever else is due, step by step to a full session.

Whoever fails is told the same, whether the name is unknown, the password wrong, or the account
disabled or locked, after the same work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from cockpit.people import codes, links, sessions
from cockpit.people.accounts import Account, find, folded
from cockpit.people.audit import Line, What
from cockpit.people.passwords import Passwords, Rule
from cockpit.people.registry import Registry
from cockpit.people.roles import OFFICERS
from cockpit.people.sessions import Session, Stage
from cockpit.people.tables import accounts, failures, old_passwords


class NotSignedIn(Exception):
    """The one answer to whoever fails, for whatever reason."""


@dataclass(frozen=True)
class Caller:
    """From where somebody comes: the address, and what the browser calls itself."""

    address: str
    agent: str = ""


class Entrance:
    """Where people come in, in one process."""

    def __init__(self, registry: Registry):
        self.registry = registry
        self.passwords = Passwords(registry.settings)

    # ── With a password ──────────────────────────────────────────────────────────────────────────

    def sign_in(self, name: str, password: str, caller: Caller) -> str:
        """The token of a new session. Raises NotSignedIn, Busy, and AuditUnavailable."""
        registry = self.registry
        with registry.state.read() as connection:
            account = find(connection, name)
            crowded = self._is_address_locked(connection, caller)
        if crowded:  # says nothing about any name, so the work may be saved
            raise self._refused(name, account, caller, "locked")
        held = account.password if account else None
        right = self.passwords.verify(password, held)
        renewed = None
        if right and held is not None and self.passwords.is_outdated(held):
            renewed = self.passwords.hash(password)
        with registry.state.write() as connection:
            # Asked only now: of many guesses made at once, none escapes the count of the others.
            locked = self._is_locked(connection, name, caller)
            if account is not None and right and not locked and not account.disabled:
                if renewed:
                    self._store(connection, account, renewed)
                return self._let_in(connection, account, caller, "password")
        raise self._refused(name, account, caller, "locked" if locked else "wrong")

    def let_in(self, account: Account, caller: Caller, how: str) -> str:
        """A session for somebody whom another system has signed in: an officer gives the one-time
        code here, and has set it up here, with a password. Raises NotSignedIn.
        """
        if account.disabled:
            raise self._refused(account.name, account, caller, "disabled")
        if account.role in OFFICERS and account.code_secret is None:
            raise self._refused(account.name, account, caller, "no code")
        with self.registry.state.write() as connection:
            return self._let_in(connection, account, caller, how)

    def by_link(self, token: str, caller: Caller) -> str:
        """A session for whoever brings a one-time link for signing in. Raises NotSignedIn."""
        found = links.look_at(self.registry, token)
        if found is None or found[1] != "sign_in":
            raise NotSignedIn
        with self.registry.state.write() as connection:
            if not links.use(self.registry, connection, token):
                raise NotSignedIn
            return self._let_in(connection, found[0], caller, "link")

    # ── The steps after it ───────────────────────────────────────────────────────────────────────

    def give_code(self, session: Session, code: str, caller: Caller) -> str:
        """The next session of whoever gives the right one-time code. Raises NotSignedIn."""
        with self.registry.state.write() as connection:
            if self._is_code(connection, session.account, code, caller):
                stage = _after_code(self.registry, session.account)
                return self._step(connection, session, caller, stage)
        raise NotSignedIn

    def set_up_code(
        self, session: Session, secret: str, code: str, caller: Caller, present: str = ""
    ) -> tuple[str, list[str]]:
        """Require one-time codes from now on, once a first one shows that the app has the secret:
        the next session's token, and the recovery codes. Who has a code already gives that too: a
        session that was left open is not enough to take an account over. Raises NotSignedIn.
        """
        registry, account = self.registry, session.account
        step = codes.step_of(registry, secret, code)
        if step is None:
            raise NotSignedIn
        with registry.state.write() as connection:
            if account.code_secret is None or self._is_code(connection, account, present, caller):
                told = self._line(account, caller, What.CODE, detail={"set up": True})
                registry.audit.write_within(connection, told)
                recovery = codes.set_up(registry, connection, account, secret, step)
                sessions.end_all(connection, account.id, but=session.hash)
                stage = _after_code(registry, account)
                return self._step(connection, session, caller, stage), recovery
        raise NotSignedIn

    def change_password(
        self, session: Session, old: str, password: str, caller: Caller
    ) -> tuple[str, list[Rule]]:
        """Change one's own password, and end all other sessions: the next session's token, or the
        rules that the new password breaks. Raises NotSignedIn where the old one is wrong.
        """
        account = session.account
        with self.registry.state.read() as connection:
            locked = self._is_locked(connection, account.name, caller)
        if not self.passwords.verify(old, account.password) or locked:
            raise self._refused(account.name, account, caller, "locked" if locked else "wrong")
        broken = self.rules_broken(account, password)
        if broken:
            return "", broken
        hash = self.passwords.hash(password)
        with self.registry.state.write() as connection:
            self._set(connection, account, hash, caller)
            sessions.end_all(connection, account.id, but=session.hash)
            return self._step(connection, session, caller, "full"), []

    def set_password(self, token: str, password: str, caller: Caller) -> list[Rule]:
        """Set a password by a one-time link, and end all sessions; gives the rules that the new
        one breaks, and then the link stays good. Raises NotSignedIn for a link that is not.
        """
        found = links.look_at(self.registry, token)
        if found is None or found[1] != "password":
            raise NotSignedIn
        account = found[0]
        broken = self.rules_broken(account, password)
        if broken:
            return broken
        hash = self.passwords.hash(password)
        with self.registry.state.write() as connection:
            if not links.use(self.registry, connection, token):
                raise NotSignedIn
            self._set(connection, account, hash, caller)
            sessions.end_all(connection, account.id)
            self._forgive(connection, account, caller)
        return []

    def rules_broken(self, account: Account, password: str) -> list[Rule]:
        """Every rule that a new password of this account breaks."""
        most = self.registry.settings.password_history
        asked = select(old_passwords.c.password).where(old_passwords.c.account == account.id)
        asked = asked.order_by(old_passwords.c.id.desc()).limit(most)
        with self.registry.state.read() as connection:
            before = list(connection.execute(asked).scalars())
        return self.passwords.broken(password, account.name, account.role, before)

    def sign_out(self, session: Session, caller: Caller) -> None:
        """End a session."""
        with self.registry.state.write() as connection:
            told = self._line(session.account, caller, What.SIGN_OUT, session=session.short)
            self.registry.audit.write_within(connection, told)
            sessions.end(connection, session.hash)

    # ── Within ───────────────────────────────────────────────────────────────────────────────────

    def _let_in(self, connection: Connection, account: Account, caller: Caller, how: str) -> str:
        sessions.sweep(self.registry, connection)
        self._forgive(connection, account, caller)
        stage = _first(self.registry, account, how)
        token = sessions.begin(
            self.registry, connection, account.id, stage, caller.address, caller.agent
        )
        told = self._line(
            account,
            caller,
            What.SIGN_IN,
            session=sessions.hashed(token)[:12],
            detail={"how": how, "stage": stage},
        )
        self.registry.audit.write_within(connection, told)
        return token

    def _is_code(self, connection: Connection, account: Account, code: str, caller: Caller) -> bool:
        """Whether it is the account's one-time code, which is used by this. Failures lock."""
        registry, whose = self.registry, f"code {account.id}"
        locked = self._failed(connection, whose) >= registry.settings.lock_failures
        if not locked and codes.check(registry, connection, account, code):
            connection.execute(delete(failures).where(failures.c.whose == whose))
            told = self._line(account, caller, What.CODE, detail={"given": True})
            registry.audit.write_within(connection, told)
            return True
        if not locked:  # a lock ends, however often somebody tries meanwhile
            connection.execute(insert(failures), {"whose": whose, "at": registry.now()})
        why = "locked" if locked else "wrong"
        told = self._line(account, caller, What.CODE, outcome="refused", detail={"why": why})
        registry.audit.write_within(connection, told)
        return False

    def _step(self, connection: Connection, session: Session, caller: Caller, stage: Stage) -> str:
        """A session of the next stage in place of this one, under a new token."""
        sessions.end(connection, session.hash)
        return sessions.begin(
            self.registry,
            connection,
            session.account.id,
            stage,
            caller.address,
            caller.agent,
            since=session.created,
        )

    def _set(self, connection: Connection, account: Account, hash: str, caller: Caller) -> None:
        told = self._line(account, caller, What.PASSWORD, detail={"set": True})
        self.registry.audit.write_within(connection, told)
        self._store(connection, account, hash)
        connection.execute(
            update(accounts)
            .where(accounts.c.id == account.id)
            .values(password_set=self.registry.now(), must_change=False)
        )
        connection.execute(
            insert(old_passwords),
            {"account": account.id, "password": hash, "set": self.registry.now()},
        )

    def _store(self, connection: Connection, account: Account, hash: str) -> None:
        connection.execute(
            update(accounts).where(accounts.c.id == account.id).values(password=hash)
        )

    def _refused(self, name: str, account: Account | None, caller: Caller, why: str) -> NotSignedIn:
        """Note a failure; gives the same as to all others."""
        now = self.registry.now()
        with self.registry.state.write() as connection:
            if why == "wrong":  # a lock ends, however often somebody tries meanwhile
                connection.execute(
                    insert(failures),
                    [{"whose": whose, "at": now} for whose in _counted(name, caller)],
                )
            known = self._line(account, caller, What.SIGN_IN) if account else None
            told = known or Line(What.SIGN_IN, who=folded(name)[:60], address=caller.address)
            refused = Line(
                What.SIGN_IN,
                who=told.who,
                outcome="refused",
                account=told.account,
                role=told.role,
                address=told.address,
                detail={"why": why if account else "unknown"},
            )
            self.registry.audit.write_within(connection, refused)
        return NotSignedIn()

    def _is_locked(self, connection: Connection, name: str, caller: Caller) -> bool:
        mine, _ = _counted(name, caller)
        return self._failed(
            connection, mine
        ) >= self.registry.settings.lock_failures or self._is_address_locked(connection, caller)

    def _is_address_locked(self, connection: Connection, caller: Caller) -> bool:
        _, here = _counted("", caller)
        return self._failed(connection, here) >= self.registry.settings.lock_address_failures

    def _failed(self, connection: Connection, whose: str) -> int:
        """How often somebody failed of late."""
        since = self.registry.now() - timedelta(minutes=self.registry.settings.lock_minutes)
        return int(
            connection.execute(
                select(func.count()).where(failures.c.whose == whose, failures.c.at > since)
            ).scalar_one()
        )

    def _forgive(self, connection: Connection, account: Account, caller: Caller) -> None:
        """Who has come in is no guesser; the address stays counted, and old failures go."""
        old = self.registry.now() - timedelta(minutes=self.registry.settings.lock_minutes)
        mine, _ = _counted(account.name, caller)
        connection.execute(delete(failures).where(failures.c.whose == mine))
        connection.execute(delete(failures).where(failures.c.at < old))

    def _line(self, account: Account, caller: Caller, what: What, **more: object) -> Line:
        return Line(
            what,
            who=account.name,
            account=account.id,
            role=str(account.role),
            address=caller.address,
            **more,  # type: ignore[arg-type]
        )


def _counted(name: str, caller: Caller) -> tuple[str, str]:
    """Under what failures are counted: the name that was tried, known or not, and the address."""
    return f"account {folded(name)[:200]}", f"address {caller.address}"


def _first(registry: Registry, account: Account, how: str) -> Stage:
    """What is due first. Who has signed in elsewhere gives a code here only where one is required:
    of officers. The links of a demo city are a way in for one look around.
    """
    if how == "link":
        return "full"
    if account.role in OFFICERS and account.code_secret is None:
        return "enrol"
    if account.code_secret is not None and (how == "password" or account.role in OFFICERS):
        return "code"
    return _after_code(registry, account) if how == "password" else "full"


def _after_code(registry: Registry, account: Account) -> Stage:
    """What is due once a code was given: a new password, where the old one is too old."""
    days = registry.settings.password_days
    if account.must_change or account.password is None:
        return "change" if account.password is not None else "full"
    due = account.password_set is None or (
        days > 0 and registry.now() - account.password_set > timedelta(days=days)
    )
    return "change" if due else "full"
