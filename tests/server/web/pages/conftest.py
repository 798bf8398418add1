"""A browser without script: it signs in by the form, keeps its cookie, and sends the token that the page carried."""

import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from geo.boundaries import read_boundaries
from server.access import roles, tokens
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_administrator, create_user
from server.access.phones import create_app_user
from server.db import Database
from server.models import Project, Village
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, a_record

CATALOGUE = Path(__file__).parents[4] / "server" / "translations" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
HTML = {"Accept": "text/html"}
SQUARE = "[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]"


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogue() -> None:
    """Pages are read in Chinese, so the catalogue is compiled when it is newer than what was compiled last."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < CATALOGUE.stat().st_mtime:
        with CATALOGUE.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source))


class Browser:
    """`see` gets a page, `send` posts a form with the session's token. Both give werkzeug's response; `text` is the page."""

    def __init__(self, app: Flask, language: str = "zh_Hans") -> None:
        self.client = app.test_client()
        self.client.set_cookie("language", language)
        self.csrf = ""

    def sign_in(self, email: str, password: str = PASSWORD) -> "Browser":
        answer = self.send("/sign-in", {"email": email, "password": password})
        assert answer.status_code == 303, text_of(answer)
        self.csrf = self.token_of_pages()
        return self

    def token_of_pages(self) -> str:
        """What the first page that this browser sees will carry: to draw one takes longer than to sign in."""
        cookie = self.client.get_cookie("session")
        key: bytes = self.client.application.extensions["fangshi.key"]
        return tokens.csrf_of(key, tokens.hash_token(cookie.value)) if cookie else ""

    def see(self, path: str, **headers: str) -> TestResponse:
        answer = self.client.get(path, headers={**HTML, **headers}, buffered=True)
        if found := re.search(rb'name="__csrf" value="([0-9a-f]{64})"', answer.data):
            self.csrf = found[1].decode()
        return answer

    def send(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        data = {"__csrf": self.csrf, **(fields or {})}
        return self.client.post(path, data=data, headers={**HTML, **headers}, buffered=True)


def make_project(browser: Browser, name: str = "柳河镇", kind: str = "plain") -> int:
    """Makes a project by its page; its id."""
    made = browser.send("/admin/projects", {"name": name, "kind": kind})
    return int(made.location.rpartition("=")[2])


def text_of(answer: TestResponse) -> str:
    """The page's words, without its marks."""
    plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(plain))


def a_file(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def boundaries(*codes: str, name: str = "村") -> bytes:
    """A GeoJSON file of villages side by side, each a square of about a kilometre."""
    features = []
    for number, code in enumerate(codes):
        west = 105.0 + number * 0.01
        ring = SQUARE.format(w=west, e=round(west + 0.01, 2), s=30.0, n=30.01)
        properties = f'{{"code": "{code}", "name": "{name}{number + 1}"}}'
        features.append(
            f'{{"type": "Feature", "properties": {properties}, "geometry": {{"type": "Polygon", "coordinates": {ring}}}}}'
        )
    return f'{{"type": "FeatureCollection", "features": [{",".join(features)}]}}'.encode()


CODES = ("519901201001", "519901201002")


class Town:
    """A care project with two villages, a form, a phone, and people: ada administers, rita reviews all, vera village 1 only."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app = app
        self.database = database
        with database.transaction() as db:
            self.project_id = self.make(db)

    def make(self, db: Any) -> int:
        project = Project(name="禾川镇", kind="care", created_at=MORNING)
        db.add(project)
        db.flush()
        ada = create_administrator(db, "ada@example.test", PASSWORD, MORNING, "ada")
        by = Caller(actor_id=ada.actor_id, type="user")
        import_boundaries(
            db, project.id, read_boundaries(boundaries(*CODES), "v.geojson", "EPSG:4326"), ada.actor_id, MORNING
        )
        for name, role, villages in (
            ("rita", "reviewer", None),
            ("vera", "reviewer", CODES[:1]),
            ("lea", "town_lead", None),
            ("otto", None, None),
        ):
            user = create_user(db, f"{name}@example.test", PASSWORD, name, ada.actor_id, MORNING)
            if role:
                assign(db, by, roles.BY_SYSTEM[role], user.actor_id, MORNING, project, None)
                set_villages(db, by, project, user.actor_id, villages, MORNING)
        self.form_id = a_form(db, project.id).id
        key = self.app.extensions["fangshi.key"]
        phone = create_app_user(db, key, project.id, "赵秀兰", ada.actor_id, MORNING)
        assign(db, by, roles.BY_ID[roles.APP_USER], phone.actor.id, MORNING, project, None)
        set_villages(db, by, project, phone.actor.id, None, MORNING)
        self.phone_id, self.key = phone.actor.id, phone.token
        self.village_ids = [village.id for village in db.query(Village).order_by(Village.code)]
        return int(project.id)

    def record(self, village: int = 1, files: dict[str, bytes] | None = None, **answers: Any) -> int:
        """Sends a record by the phone's door from the middle of a village (0: from nowhere); its id."""
        gps = answers.pop("gps", f"30.005 {105.005 + (village - 1) * 0.01:.3f} 0 5" if village else "")
        sent = Client(self.app, key=self.key).send(self.project_id, a_record(gps=gps, **answers), files)
        assert sent.status_code == 201, sent.get_data(as_text=True)
        with self.database.reading() as db:
            from server.models import Submission

            return int(db.query(Submission.id).order_by(Submission.id.desc()).limit(1).scalar() or 0)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def paged(app: Flask, compiled_templates: FileSystemBytecodeCache) -> Flask:
    """Every test has an app of its own; compiling its templates anew would be half of a test's time."""
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture
def town(paged: Flask, database: Database) -> Town:
    return Town(paged, database)


@pytest.fixture
def browse(paged: Flask) -> Callable[..., Browser]:
    """`browse("rita")` is a browser in which rita is signed in; `browse()` one in which nobody is."""

    def start(name: str | None = None, language: str = "zh_Hans") -> Browser:
        browser = Browser(paged, language)
        return browser.sign_in(f"{name}@example.test") if name else browser

    return start
