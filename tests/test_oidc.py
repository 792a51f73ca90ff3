"""Signing in by OpenID Connect, against a real provider; and what a lying one gets."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from cockpit.model.mistakes import Mistake
from cockpit.people import accounts, codes, oidc, sessions
from cockpit.people.accounts import Account
from cockpit.people.gate import CONSOLE
from cockpit.people.oidc import NotBelieved, Oidc
from cockpit.people.registry import Registry
from cockpit.settings import Settings
from cockpit.web.guard import SESSION
from cockpit.web.server import serve
from tests import signed
from tests.provider import Claims, Provider, provided

FILE = """
issuer = "{issuer}"
client_id = "cockpit"
client_secret_file = "oidc.secret"
create = true
person_claim = "staff_number"
place_claim = "region_code"
[roles]
"cockpit-leader" = "leader"
"cockpit-analyst" = "analyst"
"""
ZHANG: dict[str, Any] = {
    "preferred_username": "zhang",
    "name": "张三",
    "staff_number": "1001",
    "roles": ["everybody", "cockpit-leader"],
    "region_code": "330110",
}

pytestmark = [  # of the provider, which uses what Authlib will drop
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]

one_store = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # nothing comes to it


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided() as found:
        yield found


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    provider.forge, provider.is_down = None, False
    provider.claims("sub-1", **ZHANG)


def written(home: Path, text: str) -> Path:
    secret = home / "oidc.secret"
    secret.write_text("opensesame\n")
    secret.chmod(0o600)
    path = home / "oidc.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def settings(home: Path, store: str, provider: Provider) -> Settings:
    path = written(home, FILE.format(issuer=provider.issuer))
    return Settings(home=home, state=store, oidc=path, address="http://cockpit.example")


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    client = serve(settings).test_client()
    yield client
    registry(client).close()


def registry(client: FlaskClient) -> Registry:
    found: Registry = client.application.extensions["page"].desk.registry
    return found


def begin(client: FlaskClient, to: str = "/") -> str:
    answer = client.get("/oidc/begin", query_string={"next": to})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def back(client: FlaskClient, returned: str) -> TestResponse:
    """The browser comes back from the provider."""
    assert returned.startswith("http://cockpit.example/oidc/back?")
    return client.get(returned.removeprefix("http://cockpit.example"))


def come_in(client: FlaskClient, provider: Provider, subject: str = "sub-1") -> TestResponse:
    return back(client, provider.sign_in(begin(client), subject))


def who(client: FlaskClient) -> Account | None:
    cookie = client.get_cookie(SESSION)
    found = sessions.look_up(registry(client), cookie.value) if cookie else None
    return found.account if found else None


def refused(client: FlaskClient, answer: TestResponse, why: str = "refused") -> None:
    """Back at the entrance, with a word about it, and not in."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"] == f"/sign-in?why=oidc_{why}"
    page = client.get(answer.headers["Location"]).text
    assert {"refused": "没有给出可以进入", "silent": "没有应答"}[why] in page
    assert 'name="password"' in page  # the other way in is still there
    assert client.get_cookie(SESSION) is None


def came_in(client: FlaskClient, answer: TestResponse) -> Account:
    """In, and at the first page."""
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    found = who(client)
    assert found is not None
    return found


def test_claims_make_an_account_with_a_role_and_a_place(
    client: FlaskClient, provider: Provider
) -> None:
    url = begin(client, "/place/330110?period=7d")
    asked = parse_qs(urlsplit(url).query)
    assert asked["redirect_uri"] == ["http://cockpit.example/oidc/back"]
    assert asked["code_challenge_method"] == ["S256"]
    assert min(len(asked[each][0]) for each in ("state", "nonce", "code_challenge")) >= 32
    answer = back(client, provider.sign_in(url, "sub-1"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/place/330110?period=7d")
    found = who(client)
    assert found is not None
    assert (found.name, found.display, found.person) == ("zhang", "张三", "1001")
    assert (found.role, found.root, found.password) == ("leader", "330110", None)
    [line] = registry(client).audit.lines(what="sign_in")
    assert '"how": "oidc"' in line["detail"]


def test_the_sign_in_page_offers_it_by_a_link(client: FlaskClient, home: Path) -> None:
    page = client.get("/sign-in?next=/place/330110").text
    assert re.search(r'<a class="button" href="/oidc/begin\?next=/place/330110">', page)
    plain = serve(Settings(home=home)).test_client()
    assert "/oidc/begin" not in plain.get("/sign-in").text
    assert plain.get("/oidc/begin").status_code == 404
    assert plain.get("/oidc/back?code=x&state=y").status_code == 404


def test_what_the_claims_say_next_time_holds(client: FlaskClient, provider: Provider) -> None:
    come_in(client, provider)
    before = client.get_cookie(SESSION)
    changed = {"roles": ["cockpit-analyst", "cockpit-leader"], "region_code": "330106"}
    provider.claims("sub-1", **ZHANG | changed | {"preferred_username": "zhang.san"})
    found = came_in(client, come_in(client, provider))
    # The same person by another name; the file's first role that fits, whatever the claims' order.
    assert (found.name, found.role, found.root) == ("zhang", "leader", "330106")
    assert before is not None
    assert sessions.look_up(registry(client), before.value) is None
    provider.claims("sub-1", **ZHANG | {"roles": "cockpit-analyst"})
    come_in(client, provider)
    assert who(client).role == "analyst"  # type: ignore[union-attr]


@one_store
@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ["everybody"]},
        {"roles": None},
        {"roles": 7},
        {"roles": [{"cockpit-leader": True}, ["cockpit-leader"]]},
        {"roles": ["audit", "security", "display"]},
        {"region_code": None},
        {"region_code": ""},
        {"region_code": ["330110"]},
        {"preferred_username": ""},
        {"preferred_username": None},
        {"preferred_username": "zhang\0san"},
        {"preferred_username": "x" * 61},
    ],
    ids=str,
)
def test_claims_that_say_too_little_let_nobody_in(
    client: FlaskClient, provider: Provider, claims: Claims
) -> None:
    provider.claims("sub-1", **ZHANG | claims)
    refused(client, come_in(client, provider))
    assert accounts.listed(registry(client)) == []


def test_who_has_lost_the_role_there_comes_in_here_no_more(
    client: FlaskClient, provider: Provider
) -> None:
    come_in(client, provider)
    client.delete_cookie(SESSION)
    for lost in ({"roles": []}, {"region_code": ""}):
        provider.claims("sub-1", **ZHANG | lost)
        refused(client, come_in(client, provider))


def test_strange_text_in_claims_is_no_fault_of_ours(
    client: FlaskClient, provider: Provider
) -> None:
    provider.claims("sub-1", **ZHANG | {"name": "a\0b𠮷", "staff_number": "\0" * 300})
    came_in(client, come_in(client, provider))


def test_nobody_gets_in_by_anothers_name(client: FlaskClient, provider: Provider) -> None:
    come_in(client, provider)
    client.delete_cookie(SESSION)
    provider.claims("sub-2", **ZHANG)
    refused(client, come_in(client, provider, "sub-2"))


def test_an_account_made_by_hand_is_bound_to_the_first_who_bears_its_name(
    client: FlaskClient, provider: Provider
) -> None:
    made = accounts.add(
        registry(client), CONSOLE, "Zhang", role="analyst", person="1001", root="3301"
    )
    found = came_in(client, come_in(client, provider))
    assert (found.id, found.external) == (made.id, f"{provider.issuer} sub-1")


def test_a_disabled_account_stays_out(client: FlaskClient, provider: Provider) -> None:
    come_in(client, provider)
    accounts.change(registry(client), CONSOLE, who(client), disabled=True)  # type: ignore[arg-type]
    client.delete_cookie(SESSION)
    refused(client, come_in(client, provider))


@pytest.mark.parametrize("role", ["system", "security", "audit"])
def test_nobody_becomes_an_officer_from_afar(
    client: FlaskClient, provider: Provider, role: str
) -> None:
    made = accounts.add(registry(client), CONSOLE, "zhang", role=role, person="1001")
    refused(client, come_in(client, provider))
    assert accounts.named(registry(client), "zhang") == made


def test_an_officer_gives_the_code_here_and_no_claim_changes_the_office(
    client: FlaskClient, provider: Provider
) -> None:
    books = registry(client)
    made = accounts.add(books, CONSOLE, "zhang", role="audit", person="1001")
    with books.state.write() as connection:
        codes.set_up(books, connection, made, codes.secret(), 0)
    found = came_in(client, come_in(client, provider))
    assert (found.role, found.root) == ("audit", "")
    answer = client.get("/audit", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/sign-in/code?next=%2Faudit"


def test_an_officers_person_gets_no_second_role(client: FlaskClient, provider: Provider) -> None:
    accounts.add(registry(client), CONSOLE, "zhang.audit", role="audit", person="1001")
    refused(client, come_in(client, provider))


def test_no_account_is_made_where_none_is_to_be(home: Path, store: str, provider: Provider) -> None:
    path = written(home, FILE.format(issuer=provider.issuer).replace("create = true", ""))
    settings = Settings(home=home, state=store, oidc=path, address="http://cockpit.example")
    client = serve(settings).test_client()
    refused(client, come_in(client, provider))
    accounts.add(registry(client), CONSOLE, "zhang", role="leader", person="1001")
    came_in(client, come_in(client, provider))
    registry(client).close()


# ── What is not believed ─────────────────────────────────────────────────────────────────────────


def test_what_was_begun_in_another_browser_is_not_believed(
    client: FlaskClient, provider: Provider, settings: Settings
) -> None:
    returned = provider.sign_in(begin(client), "sub-1")
    other = serve(settings).test_client()
    refused(other, back(other, returned))
    begin(other)
    refused(other, back(other, returned))  # it has begun too, with a state of its own
    registry(other).close()


@pytest.mark.parametrize("change", ["state=", "code=", "both"])
def test_a_changed_answer_is_not_believed(
    client: FlaskClient, provider: Provider, change: str
) -> None:
    returned = provider.sign_in(begin(client), "sub-1")
    wrong = re.sub(rf"{change}[^&]+", f"{change}x", returned)
    refused(client, back(client, wrong if change != "both" else returned.split("?")[0] + "?"))


def test_an_answer_is_good_once(client: FlaskClient, provider: Provider) -> None:
    returned = provider.sign_in(begin(client), "sub-1")
    kept = client.get_cookie("oidc")
    assert kept is not None
    assert back(client, returned).status_code == 302
    assert client.get_cookie("oidc") is None
    client.delete_cookie(SESSION)
    refused(client, back(client, returned))
    client.set_cookie("oidc", kept.value)
    refused(client, back(client, returned))


@one_store
@pytest.mark.parametrize("cookie", ["", "x", "gAAAAABl", "\0", "€"])
def test_a_cookie_that_we_did_not_seal_is_not_believed(
    client: FlaskClient, provider: Provider, cookie: str
) -> None:
    returned = provider.sign_in(begin(client), "sub-1")
    client.set_cookie("oidc", cookie)
    refused(client, back(client, returned))


def test_what_is_sealed_for_another_purpose_is_not_believed(
    client: FlaskClient, provider: Provider
) -> None:
    begin(client)
    sealed = registry(client).key.seal("a secret of somebody's authenticator")
    client.set_cookie("oidc", sealed)
    refused(client, client.get("/oidc/back?code=x&state=y"))


def test_a_code_without_its_verifier_is_not_believed(
    client: FlaskClient, provider: Provider
) -> None:
    """PKCE: whoever catches a code on its way has not what it was begun with."""
    returned = provider.sign_in(begin(client), "sub-1")
    kept = client.get_cookie("oidc")
    assert kept is not None
    state, nonce, _, to = registry(client).key.unseal(kept.value).split("\n")
    forged = registry(client).key.seal("\n".join([state, nonce, "x" * 64, to]))
    client.set_cookie("oidc", forged)
    refused(client, back(client, returned))


def in_base64(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def parts(*told: Claims) -> str:
    return ".".join(in_base64(json.dumps(each).encode()) for each in told)


def with_password(parts: str, password: bytes) -> str:
    return f"{parts}.{in_base64(hmac.digest(password, parts.encode(), 'sha256'))}"


FORGED = {
    "an unsigned token": lambda provider, claims: parts({"alg": "none"}, claims) + ".",
    "a key of somebody else's": lambda provider, claims: jwt.encode(
        {"alg": "RS256", "kid": "another"}, claims, RSAKey.generate_key(2048)
    ),
    "a key that is not published": lambda provider, claims: jwt.encode(
        {"alg": "RS256", "kid": "third"}, claims, RSAKey.generate_key(2048)
    ),
    "the public key as a password": lambda provider, claims: with_password(
        parts({"alg": "HS256", "kid": "another"}, claims), provider.key.as_pem(private=False)
    ),
    "for another client": lambda provider, claims: provider.signed(claims | {"aud": "other"}),
    "for several, among them us, by another": lambda provider, claims: provider.signed(
        claims | {"aud": ["cockpit", "other"], "azp": "other"}
    ),
    "of another issuer": lambda provider, claims: provider.signed(claims | {"iss": "http://x"}),
    "of another sign-in": lambda provider, claims: provider.signed(claims | {"nonce": "other"}),
    "without a nonce": lambda provider, claims: provider.signed(
        {key: value for key, value in claims.items() if key != "nonce"}
    ),
    "out of date": lambda provider, claims: provider.signed(
        claims | {"exp": int(time.time()) - 61}
    ),
    "without an end": lambda provider, claims: provider.signed(
        {key: value for key, value in claims.items() if key != "exp"}
    ),
    "from the future": lambda provider, claims: provider.signed(
        claims | {"iat": int(time.time()) + 3600}
    ),
    "about nobody": lambda provider, claims: provider.signed(claims | {"sub": ""}),
    "about a number": lambda provider, claims: provider.signed(claims | {"sub": 7}),
    "no token": lambda provider, claims: "x",
    "no text": lambda provider, claims: 7,
    "nothing": lambda provider, claims: None,
    "a list of claims": lambda provider, claims: provider.signed(claims)[:-10],
}


@one_store
@pytest.mark.parametrize("which", FORGED)
def test_a_forged_token_is_not_believed(
    client: FlaskClient, provider: Provider, which: str
) -> None:
    provider.forge = lambda claims: FORGED[which](provider, claims)
    refused(client, come_in(client, provider))
    assert accounts.listed(registry(client)) == []


def test_a_token_of_the_providers_other_key_is_believed(
    client: FlaskClient, provider: Provider
) -> None:
    """So that the refusals above are not for the forger's clumsiness."""
    provider.forge = provider.signed
    came_in(client, come_in(client, provider))
    assert who(client) is not None


def test_a_code_that_the_provider_refused_is_told_kindly(
    client: FlaskClient, provider: Provider
) -> None:
    begin(client)
    answer = client.get("/oidc/back?error=access_denied&error_description=<script>")
    refused(client, answer)
    assert "<script>" not in answer.text


# ── When it is away ──────────────────────────────────────────────────────────────────────────────


def test_a_provider_that_is_down_is_told_kindly(client: FlaskClient, provider: Provider) -> None:
    provider.is_down = True
    refused(client, client.get("/oidc/begin"), "silent")
    provider.is_down = False
    returned = provider.sign_in(begin(client), "sub-1")
    provider.is_down = True
    refused(client, back(client, returned), "silent")
    provider.is_down = False
    came_in(client, come_in(client, provider))


def test_a_provider_that_nobody_answers_for_is_told_kindly(
    home: Path, store: str, port: int
) -> None:
    path = written(home, FILE.format(issuer=f"http://127.0.0.1:{port}"))
    client = serve(Settings(home=home, state=store, oidc=path)).test_client()
    refused(client, client.get("/oidc/begin"), "silent")
    registry(client).close()


@one_store
@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        {"issuer": "http://localhost:1"},
        {"issuer": "ISSUER"},
        {"issuer": "ISSUER", "authorization_endpoint": "javascript:alert(1)"},
        {
            "issuer": "ISSUER",
            "authorization_endpoint": "https://x/a",
            "token_endpoint": "http://x/t",
            "jwks_uri": "https://x/j",
        },
    ],
    ids=str,
)
def test_a_description_that_is_none_is_not_used(
    client: FlaskClient, provider: Provider, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(told).replace("ISSUER", provider.issuer)

    class Answer:
        def raise_for_status(self) -> None: ...

        def json(self) -> Any:
            return json.loads(text)

    monkeypatch.setattr(oidc.requests, "get", lambda *_, **__: Answer())
    refused(client, client.get("/oidc/begin"), "silent")


# ── The file ─────────────────────────────────────────────────────────────────────────────────────

GOOD = 'issuer = "https://x.example"\nclient_id = "c"\nclient_secret_file = "oidc.secret"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("issuer =", "no TOML"),
        ("", "issuer is missing"),
        (GOOD.replace("client_id", "clientid"), "unknown key 'clientid'"),
        (GOOD.replace("https", "http"), "the issuer is"),
        (GOOD.replace('"c"', "7"), "client_id is missing"),
        (GOOD + 'create = "yes"', "create is"),
        (GOOD + "place_claim = 7", "place_claim is"),
        (GOOD + 'roles = "leader"', "roles is"),
        (GOOD + '[roles]\n"boss" = "security"', "'boss' is to be 'security'"),
        (GOOD + '[roles]\n"boss" = "display"', "'boss' is to be 'display'"),
        (GOOD + '[roles]\n"boss" = "chief"', "'boss' is to be 'chief'"),
        (GOOD.replace("oidc.secret", "other.secret"), "cannot be read"),
    ],
)
def test_a_wrong_file_stops_the_start_in_words(home: Path, text: str, words: str) -> None:
    path = written(home, text)
    books = Registry(Settings(home=home, oidc=path))
    with pytest.raises(Mistake, match=re.escape(words)):
        Oidc(books)
    with pytest.raises(SystemExit, match=re.escape(words)):
        serve(books.settings)
    books.close()


def test_a_secret_that_others_can_read_stops_the_start(home: Path) -> None:
    path = written(home, GOOD)
    (home / "oidc.secret").chmod(0o644)
    books = Registry(Settings(home=home, oidc=path))
    with pytest.raises(Mistake, match="others than its owner"):
        Oidc(books)
    books.close()


def test_claims_without_a_subject_are_not_believed(home: Path) -> None:
    books = Registry(Settings(home=home, oidc=written(home, GOOD)))
    with pytest.raises(NotBelieved):
        Oidc(books).account({"preferred_username": "zhang"})
    with pytest.raises(NotBelieved):
        Oidc(books).account({"preferred_username": "zhang", "sub": "x" * 300})
    books.close()


def test_no_secret_of_a_sign_in_is_logged(
    client: FlaskClient, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="cockpit")
    returned = provider.sign_in(begin(client), "sub-1")
    back(client, returned)
    back(client, returned)
    code = parse_qs(urlsplit(returned).query)["code"][0]
    told = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("cockpit")
    )
    assert "refused" in told
    assert code not in told
    assert "opensesame" not in told
    assert signed.PASSWORD not in told
