"""Words in every sensitive field of a care project, and a whole run: they are in no notice and no mail, no cache, no number
that tells how the server is, no address, and no refusal where others see it. Logs, files and rows are test_logs.py's and
test_at_rest.py's; what is behind other people's doors is test_access_matrix.py's.

What somebody sent may be said back to that sender alone, in a body that nothing keeps (no-store): a page shows again what
was typed, a program is told which value was no good, and whoever has to sign in goes on to the page asked for (`next=`).
"""

import functools
import gc
import html
import re
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.config import Config, MailServer
from server.db import Database
from server.jobs import Job, run_one
from server.models import (
    Notification,
    TimetableRun,
)
from server.web import session
from tests.client import Client
from tests.conftest import Clock
from tests.sentinel_day import STAFF, WORDS, Day, said
from tests.server.registry.caring import a_uuid
from tests.server.web.pages.women import HEALTH, main_of
from tests.sizes import size
from tests.smtp_sink import Sink
from tests.test_erasure_leaves_nothing import values_of
from tests.test_reading_doors import text_in

SENT = "WORDSENT"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def config(tmp_path: Path, sink: Sink) -> Config:
    mail = MailServer("smtp", "127.0.0.1", sink.port, "fangshi@town.test")
    return Config(tmp_path / "data", public_url="https://town.test", mail=mail, testing=True)


@pytest.fixture(autouse=True)
def passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an upload lies while it is read: empty again afterwards."""
    folder = tmp_path / "passing"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def day(app: Flask, database: Database, project_id: int, clock: Clock, config: Config) -> Day:
    return Day(app, database, project_id, clock, config)


def test_notices_and_mails_say_a_code_and_a_day_and_nothing_else_of_anybody(day: Day, sink: Sink) -> None:
    told = {f"{mail['To']} {mail['Subject']}": unquote(mail.as_string()) + mail.get_content() for mail in sink.mails}
    for name in STAFF:
        for language in ("zh_Hans", "en"):
            day.people[name].client.set_cookie("language", language)
            told[f"{name} {language}"] = html.unescape(main_of(day.people[name].see("/inbox")))
    for where, value in values_of(day.database):
        if where.startswith("notification"):
            told[where] = told.get(where, "") + value.decode()
    hers = (*day.uuids.values(), *day.records.values())
    loud = {
        where: said(text) + HEALTH.findall(text) + [one for one in hers if one in text] for where, text in told.items()
    }
    assert {where: words for where, words in loud.items() if words} == {}
    every = " ".join(told.values())
    for words in ("W-0777", "有一位已经撤回同意", "晚到的记录收到了", "因紧急情况"):
        assert words in every, "there was something to tell"
    assert {"overdue", "escalated"} <= kinds_of(day) and len(sink.mails) > 2


def kinds_of(day: Day) -> set[str]:
    with day.database.reading() as db:
        return set(db.scalars(select(Notification.kind)))


LINKS = re.compile(
    r"""\b(?:href|src|action|formaction|hx-get|hx-post|data-[a-z-]*href)=["']([^"']*)|(https?://[^\s"'<>\\]+)"""
)
CACHED = re.compile(r"\b(public|s-maxage|max-age=[1-9])")


def test_what_tells_of_her_is_kept_by_no_cache_and_no_address_says_a_word_of_it(day: Day, passing: Path) -> None:
    telling, wrong = 0, []
    for name, address, answer in asked_by_all(day):
        body = text_in(answer.data)
        telling += bool(said(body))
        wrong += [f"{name} {address}: {one}" for one in faults_of(address, answer, body)]
    assert wrong == []
    assert telling > 25, "the doors were really asked"
    assert list(passing.rglob("*")) == [], "no upload was left lying"
    held = [
        path.name
        for path in day.config.data_dir.rglob("*")
        if path.is_file() and said(path.read_bytes().decode("latin-1"))
    ]
    assert held == []
    assert [one for one in remembered(day.app) if said(one)] == []


def asked_by_all(day: Day) -> Iterator[tuple[str, str, TestResponse]]:
    """The clinician asks at every address; the others, in small runs, each at a part of them, another one each."""
    share = 100 // size("matrix_share")
    ask = {name: browser.see for name, browser in day.people.items()}
    ask["phone"] = lambda address: day.care.phone.get(address.removeprefix("/v1"))
    for who, name in enumerate(ask):
        for number, address in enumerate(sorted(day.addresses())):
            reachable = name != "phone" or address.startswith("/v1/")
            if reachable and (name == "lin" or (number + who) % share == 0):
                yield name, address, ask[name](address)


def faults_of(address: str, answer: TestResponse, body: str) -> Iterator[str]:
    """Of one answer: that others may keep what it tells, or that a header or an address in it says a word."""
    may_keep = CACHED.search(answer.headers.get("Cache-Control", "public"))
    if may_keep and (said(body) or not address.startswith("/static/")) and not address.startswith("/healthz"):
        yield f"may be kept: {answer.headers.get('Cache-Control')}"
    for header, value in answer.headers:
        if said(unquote(value)):
            yield f"{header}: {value}"
    for link, url in LINKS.findall(body):
        if said(unquote(html.unescape(link or url))):
            yield f"leads to {link or url}"


def remembered(app: Flask) -> Iterator[str]:
    """The texts that our own code keeps from one request to the next."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith(("server", "forms", "geo")):
            yield from texts_in(one, 6)
    for name in ("basic", "uses", "readings", "store"):
        yield from texts_in(vars(app.extensions[f"fangshi.{name}"]), 4)


def texts_in(thing: Any, depth: int) -> Iterator[str]:
    if isinstance(thing, str | bytes):
        yield thing if isinstance(thing, str) else thing.decode("latin-1")
    elif depth and type(thing).__name__ in (
        "dict",
        "list",
        "tuple",
        "deque",
        "_HashedSeq",
        "_lru_list_elem",
        "_lru_cache_wrapper",
    ):
        for part in gc.get_referents(thing):
            yield from texts_in(part, depth - 1)


def test_a_page_that_was_left_stays_in_no_browser() -> None:
    """htmx would keep pages in the tab's storage for going back; and nothing of ours installs a worker that keeps answers: the
    one there is hears of pushes alone."""
    web = Path(__file__).parents[1] / "server" / "web"
    frame = (web / "templates" / "base.html").read_text(encoding="utf-8")
    assert '"historyCacheSize":0' in frame and '"historyEnabled":false' in frame
    ours = [path for path in (web / "frontend" / "src").rglob("*") if path.is_file()] + list(
        (web / "templates").rglob("*.html")
    )
    keeping = re.compile(r"serviceWorker|caches\.open|indexedDB|sessionStorage|localStorage\.setItem\((?!STORED, box)")
    assert [path.name for path in ours if keeping.search(path.read_text(encoding="utf-8"))] == ["push.ts"]
    assert 'const WORKER = "/push-worker.js";' in (web / "frontend" / "src" / "push.ts").read_text(encoding="utf-8")
    worker = (web / "static" / "push_worker.js").read_text(encoding="utf-8")
    assert re.findall(r'addEventListener\("(\w+)"', worker) == ["push", "notificationclick"]
    assert not re.search(r"caches|indexedDB|fetch|importScripts|on\w+\s*=", worker)
    assert len(ours) > 60


def test_how_the_server_is_tells_of_nobody(day: Day, caplog: pytest.LogCaptureFixture) -> None:
    """Counts, instants and kinds of errors, also after a step of the timetable that failed over a record."""

    def fail(_database: Database, _config: Config, _now: object) -> int:
        raise ValueError(" ".join(WORDS.values()))

    for name in ("derivers", "outbox", "retention"):
        assert run_one(day.database, day.config, Job(name, timedelta(minutes=1), fail), day.clock.now()) == "ValueError"
    health = day.people["lin"].client.get("/healthz")
    assert set(health.json) == {"status", "schemaCurrent", "timetable", "backup"}
    assert set(health.json["timetable"]) == {"running", "lastRunAt", "paused"}
    told = [health.text + str(health.headers), caplog.text]
    for name in ("alice", "lea"):
        page = day.people[name].see(f"/timetable?project={day.project_id}")
        assert "ValueError" in page.text
        told.append(page.text)
    with day.database.reading() as db:
        told += [f"{run.name} {run.result}" for run in db.scalars(select(TimetableRun))]
    assert [said(text) for text in told] == [[]] * len(told)


QUERY = {"q": SENT, "email": SENT, "limit": SENT, "$filter": f"note eq '{SENT}'", "form": SENT, "village": SENT}
QUERY |= {
    "next": f"/{SENT}",
    "page": SENT,
    "project": SENT,
    "box": SENT,
    "formID": SENT,
    "deviceID": SENT,
    "action": SENT,
}
HEADERS = {"X-Action-Notes": SENT, "User-Agent": SENT, "Referer": f"https://town.test/{SENT}", "If-None-Match": SENT}
HEADERS |= {"Accept-Language": SENT, "X-Request-ID": SENT, "X-OpenRosa-Version": SENT, "Range": SENT, "Origin": SENT}
BODIES: tuple[dict[str, Any], ...] = (
    {"json": dict.fromkeys(("name", "email", "password", "displayName", "label", "body", "reviewState", "uuid"), SENT)},
    {"json": [SENT]},
    {"data": f"<data id='{SENT}'>{SENT}".encode(), "content_type": "text/xml"},
    {"data": dict.fromkeys(("name", "email", "password", "code", "kind", "village", "reason", "purpose"), SENT)},
)


def asked_with_words(app: Flask, project_id: int) -> Iterator[tuple[str, str]]:
    """Every method and address, the word in each part of it that may be a word."""
    for rule in app.url_map.iter_rules():
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            yield method, filled(rule, project_id)


def filled(rule: Rule, project_id: int) -> str:
    parts = []
    for is_part, text in rule._trace:
        kind = type(rule._converters[text]).__name__ if is_part and text in rule._converters else ""
        of_kind = {"IntegerConverter": "1", "UUIDConverter": a_uuid(), "AnyConverter": "xlsx"}
        value = str(project_id) if text == "project_id" else of_kind.get(kind, SENT)
        parts.append("" if text == "|" else value if kind else text)
    return "".join(parts)


def test_a_refusal_is_said_to_the_sender_alone(
    app: Flask,
    day: Day,
    as_alice: Client,
    as_chelsea: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    passing: Path,
) -> None:
    finish = session.finish
    monkeypatch.setattr(
        session, "finish", lambda commit: finish(False)
    )  # what succeeds is no refusal, and leaves nothing
    callers = {
        "nobody": Client(app, token=SENT),
        "alice": as_alice,
        "chelsea": as_chelsea,
        "page": Client(app),
        "phone": Client(app, key=SENT),
    }
    refused, loud = 0, []
    for number, (method, path) in enumerate(asked_with_words(app, day.project_id)):
        for name, who in callers.items():
            who.prefix = who.prefix if name == "phone" and path.startswith("/v1") else ""
            who.inner.set_cookie("said", SENT)
            body = {} if method == "GET" else dict(BODIES[number % len(BODIES)])
            accept = {"Accept": "text/html"} if name == "page" else {}
            answer = who.open(
                method,
                path.removeprefix("/v1" if who.prefix else ""),
                query_string=QUERY,
                headers={**HEADERS, **accept},
                **body,
            )
            refused += answer.status_code >= 400
            loud += [f"{name} {method} {path} {answer.status_code} {one}" for one in loud_in(answer)]
    assert loud == []
    assert refused > 500
    assert SENT not in caplog.text
    assert {where for where, value in values_of(day.database) if SENT.encode() in value} == set()
    assert list(passing.rglob("*")) == []


def loud_in(answer: TestResponse) -> Iterator[str]:
    """Where the word stands but in a body that is nobody's to keep, or in the address that a sender asked for herself."""
    for header, value in answer.headers:
        own = header == "Location" and (value == QUERY["next"] or value.startswith("/sign-in?next="))
        if SENT in unquote(value) and not own:
            yield f"{header}: {value}"
    if answer.status_code >= 400 and "no-store" not in answer.headers.get("Cache-Control", ""):
        yield f"may be kept: {answer.headers.get('Cache-Control')}"
    if SENT in answer.text and CACHED.search(answer.headers.get("Cache-Control", "public")):
        yield "may be kept by others"
