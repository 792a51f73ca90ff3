"""How answers travel: compressed once, kept long where their name changes with their content, and
with the headers by which a browser refuses whatever is not ours.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import flask
import orjson
from cachetools import LRUCache

from cockpit import disk
from cockpit.settings import Settings

KEPT = 32 << 20
"""Bytes of compressed answers that a process keeps."""
WORTH = 1000
"""Bytes from which compressing pays."""
LONG = 60 * 86_400
"""Seconds after which a compressed file is made again: so those of older editions go."""
YEAR = 31_536_000
KINDS = ("text/", "application/json", "application/javascript", "image/svg+xml")

_kept: LRUCache[bytes, bytes] = LRUCache(KEPT, getsizeof=len)
_lock = Lock()


def as_json(told: Any, status: int = 200) -> flask.Response:
    """An answer to a script; bytes are JSON already."""
    body = told if isinstance(told, bytes) else orjson.dumps(told)
    headers = {"Cache-Control": "no-store"}
    return flask.Response(body, status, mimetype="application/json", headers=headers)


def care(server: flask.Flask, app: Any, settings: Settings) -> None:
    """Look after every answer of a server."""

    @cache
    def scripts() -> str:
        return " ".join(["'self'", *app.csp_hashes()])

    @server.after_request
    def send(response: flask.Response) -> flask.Response:
        _keep_long(response)
        _refuse_foreign(response, scripts, settings.secure)
        return _compress(response, settings.packed)


def _keep_long(response: flask.Response) -> None:
    """An asset is asked for by its age, so a copy of it is good for ever; a script of Dash's that
    has no version in its name, as long as it is the same.
    """
    if flask.request.path.startswith("/assets/") and "m" in flask.request.args:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif flask.request.path.startswith("/_dash-component-suites/") and (
        "Cache-Control" not in response.headers and response.status_code in (200, 304)
    ):
        response.headers["Cache-Control"] = "no-cache"


def _refuse_foreign(response: flask.Response, scripts: Callable[[], str], secure: bool) -> None:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    # An address may itself be a secret, such as a one-time link.
    headers["Referrer-Policy"] = (
        "same-origin" if "/link/" not in flask.request.path else "no-referrer"
    )
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    # Nothing that is somebody's stays in a browser: not for the next at this desk, nor for Back.
    headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    if response.mimetype == "text/html":
        headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src {scripts()}; style-src 'self' 'unsafe-inline';"
            " img-src 'self' data: blob:; worker-src blob:; object-src 'none';"
            " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
        )


def _compress(response: flask.Response, folder: Path) -> flask.Response:
    if (
        response.status_code != 200
        or (response.is_streamed and not response.direct_passthrough)
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith(KINDS)
        or "gzip" not in flask.request.headers.get("Accept-Encoding", "")
    ):
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < WORTH:
        return response
    is_file = "ETag" in response.headers or "max-age" in response.headers.get("Cache-Control", "")
    response.set_data(_packed(plain, folder if is_file else None))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.get_data()))
    response.vary.add("Accept-Encoding")
    return response


def _packed(plain: bytes, folder: Path | None) -> bytes:
    """The same, compressed: the same bytes are compressed once. A page is wanted soon and changes
    with every snapshot; a file may take its time, and is kept in a folder for other processes.
    """
    name = blake2b(plain, digest_size=16).digest()
    with _lock:
        found = _kept.get(name)
    if found is None:
        found = (
            gzip.compress(plain, 1, mtime=0)
            if folder is None
            else _packed_file(plain, folder / f"{name.hex()}.gz")
        )
        with _lock:
            if len(found) <= KEPT:
                _kept[name] = found
    return found


def _packed_file(plain: bytes, path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    found = gzip.compress(plain, 6, mtime=0)
    with suppress(OSError):  # then the next process does it again
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.iterdir():
            if old.stat().st_mtime < time.time() - LONG:
                old.unlink()
        disk.write(path, found, several=True)
    return found
