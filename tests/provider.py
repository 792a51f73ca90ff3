"""A real OpenID Connect provider on loopback, which can also be made to lie."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
import werkzeug.serving
from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, Any]
Forge = Callable[[Claims], str]


class Provider:
    """Everybody may sign in; ``claims`` says what is told of whom. It insists on PKCE, and hands
    out what ``forge`` makes of the claims of a token in place of the token; then it has another key
    too.
    """

    def __init__(self, serves: Any, issuer: str):
        self.issuer, self.forge = issuer, None
        self.key = RSAKey.generate_key(2048, {"kid": "another"})
        self.is_down = False
        self._serves = serves
        self._challenges: dict[str, str] = {}

    def claims(self, subject: str, **told: object) -> None:
        answer = requests.put(f"{self.issuer}/users/{subject}", json=told, timeout=10)
        answer.raise_for_status()

    def sign_in(self, url: str, subject: str) -> str:
        """What a browser does there; gives the address that it is sent back to."""
        answer = requests.post(url, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def signed(self, claims: Claims, **header: str) -> str:
        """A token of this provider."""
        return jwt.encode({"alg": "RS256", "kid": "another"} | header, claims, self.key)

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        if self.is_down:
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"later"]
        path = environ["PATH_INFO"]
        if path == "/oauth2/token":
            given = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(given)
            asked = dict(parse_qsl(given.decode()))
            found = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
            wanted = base64.urlsafe_b64encode(found).decode().rstrip("=")
            if self._challenges.get(asked.get("code", "")) != wanted:
                start("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
        told: dict[str, Any] = {}

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            told.update(status=status, headers=dict(headers))

        body = b"".join(self._serves(environ, keep))
        if path == "/oauth2/authorize" and "Location" in told["headers"]:
            query = parse_qs(environ["QUERY_STRING"])
            assert query["code_challenge_method"] == ["S256"]
            code = parse_qs(urlsplit(told["headers"]["Location"]).query)["code"][0]
            self._challenges[code] = query["code_challenge"][0]
        elif path == "/jwks" and self.forge is not None:
            body = json.dumps(
                {"keys": [*json.loads(body)["keys"], self.key.as_dict(private=False)]}
            ).encode()
        elif path == "/oauth2/token" and self.forge is not None:
            answer = json.loads(body)
            middle = answer["id_token"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
            body = json.dumps(answer | {"id_token": self.forge(claims)}).encode()
        told["headers"]["Content-Length"] = str(len(body))
        start(told["status"], list(told["headers"].items()))
        return [body]


@contextmanager
def provided() -> Iterator[Provider]:
    """A provider, for a while."""
    import oidc_provider_mock

    class Quiet(werkzeug.serving.WSGIRequestHandler):
        def log(self, *_: object) -> None: ...

    server = werkzeug.serving.make_server(
        "localhost", 0, lambda *_: [], threaded=True, request_handler=Quiet
    )
    provider = Provider(
        oidc_provider_mock.app(require_nonce=True), f"http://localhost:{server.server_port}"
    )
    server.app = provider
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
