"""Addresses of static files, with a mark that changes when they do, and of what Vite built from the islands."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from server.web.blueprints import WEB_FOLDER

STATIC = WEB_FOLDER / "static"
MANIFEST = STATIC / "built" / "manifest.json"


@dataclass(frozen=True)
class Island:
    """What a page links for one island; without a build there is no script, and pages work without it."""

    script: str | None = None
    styles: tuple[str, ...] = ()


def asset(name: str) -> str:
    """`css/base.css` -> `/static/css/base.css?v=1a2b3c4d`. Browsers may keep it for ever: other bytes, other address."""
    path = STATIC / name
    return f"/static/{name}?v={mark_of(path, path.stat().st_mtime_ns)}"


@lru_cache(maxsize=256)
def mark_of(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def island(source: str) -> Island:
    """The built script and styles of `src/…ts`, by Vite's manifest."""
    if not MANIFEST.exists():
        return Island()
    built = read_manifest(MANIFEST, MANIFEST.stat().st_mtime_ns).get(source)
    if built is None:
        return Island()
    return Island(f"/static/built/{built['file']}", tuple(f"/static/built/{name}" for name in built.get("css", ())))


@lru_cache(maxsize=4)
def read_manifest(path: Path, _changed: int) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
