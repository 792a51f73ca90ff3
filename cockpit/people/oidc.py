"""Signing in by OpenID Connect: another system says who somebody is, and this file's configuration
what that means here.

    issuer = "https://login.example.gov.cn"
    client_id = "cockpit"
    client_secret_file = "oidc.secret"       # beside this file, readable by its owner alone
    account_claim = "preferred_username"     # the account's name here; people must not choose it
    create = true                            # make accounts that are not there yet
    person_claim = "staff_number"            # whose account it is; else the account's name
    place_claim = "region_code"              # the root place; left out, as the account says

    [roles]                                  # value of role_claim -> role here; the first that fits
    "cockpit-leader" = "leader"

What the claims are to say, a role or a place, they must say, or nobody comes in. Of officers and
walls they say nothing: those are named here, and an officer gives the one-time code here too.
"""

from __future__ import annotations

import logging
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cockpit.model.mistakes import Mistake, did_you_mean
from cockpit.people import accounts
from cockpit.people.accounts import Account
from cockpit.people.gate import Viewer
from cockpit.people.registry import Registry
from cockpit.people.roles import OFFICERS, Role

log = logging.getLogger("cockpit.oidc")

PATIENCE = 10.0
"""Seconds for which the provider is waited for."""
LEEWAY = 60
"""Seconds by which its clock may differ from ours."""
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""How a token may be signed: by a key of which we hold only the public part."""
FROM_AFAR = (Role.LEADER, Role.ANALYST)
"""The roles that claims may give."""
LONGEST = 255
"""Characters of a claim that is believed: the standard's bound for "sub"."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
KEPT = 3600.0
"""Seconds for which the provider's description is believed."""


@dataclass(frozen=True)
class Provider:
    """Who is believed, and what the claims mean here. The fields are the keys of the file."""

    issuer: str
    client_id: str
    client_secret_file: str
    scope: str = "openid profile"
    account_claim: str = "preferred_username"
    display_claim: str = "name"
    person_claim: str = ""
    role_claim: str = "roles"
    place_claim: str = ""
    create: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Begun:
    """A signing in that was begun: where to send the browser, and what to keep until it is back."""

    url: str
    state: str
    nonce: str
    verifier: str


class NotBelieved(Mistake):
    """What came back from the provider is not what a signing in gives."""


class Silent(Mistake):
    """The provider does not answer, or not as one does."""


class Oidc:
    """The provider of this deployment."""

    def __init__(self, registry: Registry):
        self.registry = registry
        self.path = registry.settings.oidc
        self.provider = read(self.path)
        self._secret = _secret(self.path, self.provider)
        self._known: tuple[float, dict[str, Any]] = (0.0, {})

    def begin(self, redirect_uri: str) -> Begun:
        """Begin a signing in. Raises Silent."""
        state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                self._describe()["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return Begun(url, state, nonce, verifier)

    def finish(self, begun: Begun, returned: str, redirect_uri: str) -> Account:
        """The account of whoever the provider names in the address it sent the browser back to.
        Raises Silent, NotBelieved, and Mistake for somebody who may not come in here.
        """
        described = self._describe()
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    described["token_endpoint"],
                    authorization_response=returned,
                    state=begun.state,
                    code_verifier=begun.verifier,
                )
            claims = self._verified(token, begun.nonce)
        except requests.RequestException as error:
            raise _silent(error, self.provider.issuer) from None
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise NotBelieved(f"the sign-in cannot be believed ({type(error).__name__})") from None
        return self.account(claims)

    def account(self, claims: Mapping[str, Any]) -> Account:
        """The account that verified claims speak of, made or changed as they say. Raises
        Mistake.
        """
        provider, registry = self.provider, self.registry
        name, subject = _text(claims, provider.account_claim), _text(claims, "sub")
        if not name or not subject:
            raise NotBelieved(f"the provider sent no sub or no {provider.account_claim}")
        external = f"{provider.issuer} {subject}"
        with registry.state.read() as connection:
            found = accounts.by_external(connection, external) or accounts.find(connection, name)
        if found is not None and found.external not in (None, external):
            raise NotBelieved("the account of that name belongs to somebody else")
        role: Role | None = None
        root: str | None = None
        if found is None or found.role in FROM_AFAR:
            role, root = self._role(claims), _text(claims, provider.place_claim) or None
            if (provider.roles and role is None) or (provider.place_claim and root is None):
                raise Mistake("the claims give no role or no place", write="Ask for them there")
        elif found.role not in OFFICERS or found.code_secret is None:
            raise Mistake(f"{found.name} comes in here in another way")
        by = Viewer(role or Role.LEADER, name="oidc")
        if found is None:
            if not provider.create or role is None:
                raise Mistake("this account may not come in here", write="Ask for an account")
            return accounts.add(
                registry,
                by,
                name,
                role=role,
                person=_text(claims, provider.person_claim) or name,
                root=root or "",
                display=_text(claims, provider.display_claim),
                external=external,
            )
        if found.external is None:
            accounts.bind(registry, by, found, external)
        return accounts.change(registry, by, found, role=role, root=root)

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The role that the claims give, if they give one: the first of the file."""
        given = claims.get(self.provider.role_claim)
        held = given if isinstance(given, list) else [given]
        fitting = (role for value, role in self.provider.roles.items() if value in held)
        return next(map(Role, fitting), None)

    def _client(self, redirect_uri: str) -> OAuth2Session:
        return OAuth2Session(
            self.provider.client_id,
            self._secret,
            scope=self.provider.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
        )

    def _describe(self) -> dict[str, Any]:
        """The provider's description of itself, which must bear the issuer's own name."""
        when, known = self._known
        if known and time.monotonic() - when < KEPT:
            return known
        issuer = self.provider.issuer.rstrip("/")
        try:
            known = _fetched(f"{issuer}/.well-known/openid-configuration")
        except (requests.RequestException, ValueError) as error:
            raise _silent(error, issuer) from None
        if str(known.get("issuer", "")).rstrip("/") != issuer:
            raise Silent(f"the provider calls itself {known.get('issuer')!r}", where=issuer)
        for each in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(known.get(each)):
                raise Silent(f"the provider's {each} is {known.get(each)!r}", where=issuer)
        self._known = (time.monotonic(), known)
        return known

    def _verified(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token: signed by the provider, for us, for this signing in, now."""
        described = self._describe()
        keys: Any = _fetched(described["jwks_uri"])
        decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "values": [described["issuer"]]},
                "aud": {"essential": True, "value": self.provider.client_id},
                "exp": {"essential": True},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": self.provider.client_id, **_access(token)},
        )
        claims.validate(leeway=LEEWAY)
        return dict(claims)


def _fetched(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=PATIENCE)
    answer.raise_for_status()
    told = answer.json()
    if not isinstance(told, dict):
        raise ValueError(f"{url} tells no object")
    return told


def _silent(error: Exception, issuer: str) -> Silent:
    log.warning("the sign-in provider does not answer: %s", type(error).__name__)
    return Silent(f"the provider does not answer ({type(error).__name__})", where=issuer)


def _is_safe(url: object) -> bool:
    """Whether nobody on the way can answer in another's place."""
    try:
        found = urlsplit(str(url))
    except ValueError:
        return False
    return found.scheme == "https" or (found.scheme == "http" and found.hostname in LOOPBACK)


def _text(claims: Mapping[str, Any], name: str) -> str:
    """A claim that is a text of sane length, or nothing."""
    given = claims.get(name) if name else None
    return given.strip() if isinstance(given, str) and len(given) <= LONGEST else ""


def _access(token: Mapping[str, Any]) -> dict[str, Any]:
    return {"access_token": token["access_token"]} if "access_token" in token else {}


def read(path: Path) -> Provider:
    """The configuration. Raises Mistake."""
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Mistake(f"it cannot be read ({error.strerror})", where=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Mistake(f"this is no TOML ({error})", where=path) from None
    known = [each.name for each in fields(Provider)]
    for key in written:
        if key not in known:
            raise Mistake(f"unknown key {key!r}", where=path, write=did_you_mean(key, known))
    for key in ("issuer", "client_id", "client_secret_file"):
        if not isinstance(written.get(key), str) or not written[key]:
            raise Mistake(f"{key} is missing", where=path, write=f'{key} = "…"')
    for name, kind in (("create", bool), ("roles", dict)):
        if not isinstance(written.get(name, kind()), kind):
            raise Mistake(
                f"{name} is {written[name]!r}",
                where=path,
                write="create = true, and below all else a table [roles]",
            )
    for key in known:
        if key not in ("create", "roles") and not isinstance(written.get(key, ""), str):
            raise Mistake(f"{key} is {written[key]!r}", where=path, write=f'{key} = "…"')
    if not _is_safe(written["issuer"]):
        raise Mistake(
            f"the issuer is {written['issuer']!r}",
            where=path,
            write="https://…: whoever stands on the way could be anybody",
        )
    for value, role in written.get("roles", {}).items():
        if role not in FROM_AFAR:
            raise Mistake(
                f"{value!r} is to be {role!r}",
                where=path,
                write="leader or analyst: officers are named here, by a security administrator",
            )
    return Provider(**written)


def _secret(path: Path, provider: Provider) -> str:
    secret = path.parent / provider.client_secret_file
    try:
        if secret.stat().st_mode & 0o077:
            raise Mistake("others than its owner can read it", where=secret, write="chmod 600")
        return secret.read_text("utf-8").strip()
    except OSError as error:
        raise Mistake(f"it cannot be read ({error.strerror})", where=secret) from None
