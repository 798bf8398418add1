"""The frame around every page: who, which project, where one may go. Entries that a role may not open are absent."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from flask import request
from markupsafe import escape

from server import clock
from server.access import allow, queries
from server.access.caller import Caller
from server.errors import NotFound, Unauthenticated
from server.intake.desk import waiting_for_review
from server.models import Project
from server.web import languages, session
from server.web.pages import assets, moments, toasts
from server.web.pages.door import pages
from server.web.pages.own_paths import own_path
from server.web.pages.server_state import Said, ask_for_frame, say_server
from server.web.pages.texts import _, listed
from server.web.pages.words import role_word

ON_TABS = ("morning", "m", "follow-ups", "review", "rights", "map", "forms", "phones", "audit")

BELOW = {
    "": "morning",
    "me": "more",
    "not-built": "more",
    "red-lines": "more",
    "library": "forms",
    "timetable": "admin",
    "calendar": "admin",
}
"""Whose pages, by the first part of an address, another entry leads to."""


@dataclass(frozen=True)
class Entry:
    key: str
    href: str
    icon: str
    label: str
    count: int | None = None


@dataclass(frozen=True)
class Shell:
    """What desk.html needs to know. `tabs` are the first entries and "more", for phones; `server` how it is, in words."""

    name: str = ""
    role: str = ""
    project: Project | None = None
    projects: list[Project] = field(default_factory=list)
    nav: list[Entry] = field(default_factory=list)
    tabs: list[Entry] = field(default_factory=list)
    tab_keys: tuple[str, ...] = ()
    current: str = ""
    here: str = "/"
    now: str = ""
    unread: int = 0  # notices
    server: list[Said] = field(default_factory=list)
    sees_timetable: bool = False

    @property
    def demo(self) -> bool:
        return self.project is not None and self.project.is_demo

    def leads_to(self, key: str) -> bool:
        """Whether there is such an entry: a page offers no way that its reader may not go."""
        return any(entry.key == key for entry in self.nav)


@pages.app_context_processor
def frame() -> dict[str, Any]:
    """What base.html and desk.html use on every page. Alone pages (5xx) get none of what needs the database."""
    return {
        "asset": assets.asset,
        "island": assets.island,
        "lang": "en" if languages.language_tag() == "en" else "zh",
        "theme": request.cookies.get("theme", "auto"),
        "shell": LazyShell(),
        "csrf": LazyText(session.csrf_token),
        "actor": LazyText(lambda: session.caller().actor_id or ""),
        "toast": toasts.read_toast(),
    }


class LazyText:
    """Text worked out only when a template writes it, so that a page without forms needs no session."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def __str__(self) -> str:
        return str(self.make())

    def __html__(self) -> str:
        return str(escape(self.make()))


class LazyShell:
    """The shell, built when a template first asks for one of its parts."""

    def __getattr__(self, name: str) -> Any:
        if "built" not in self.__dict__:
            self.__dict__["built"] = build_shell()
        return getattr(self.__dict__["built"], name)


def build_shell() -> Shell:
    who = session.caller()
    here = own_path(request.path if request.method == "GET" else None)
    moment = say_moment(session.now())
    if who.is_anonymous:
        return Shell(here=here, now=moment)
    projects = queries.visible_projects(session.db(), who)
    project = find_project()
    remember(project)
    nav = entries(who, project)
    tabs = [entry for entry in nav if entry.key in ON_TABS][:4]
    unread, runs = ask_for_frame(who.actor_id or 0, [one.id for one in projects], session.now())
    tabs.append(Entry("more", "/me", "more", _("More")))
    return Shell(
        name=who.display_name,
        role=role_of(who, project),
        project=project,
        projects=projects,
        nav=nav,
        tabs=tabs,
        tab_keys=tuple(entry.key for entry in tabs),
        current=current_key(),
        here=here,
        now=moment,
        unread=unread,
        server=say_server(runs, session.now(), languages.language_tag() == "en"),
        sees_timetable=allow.may(who, "timetable.read")
        or (project is not None and allow.may(who, "timetable.read", project)),
    )


def entries(who: Caller, project: Project | None) -> list[Entry]:
    """The rail, in the order of use."""
    able = set(allow.verbs_in(who, project)) if project else set()
    site = set(allow.verbs_in(who))
    found: list[Entry] = []
    if project and project.kind == "care" and "followup.supervise" in able:
        found.append(Entry("morning", "/", "today", _("Morning")))
    if able & {"followup.read", "benefit.read"}:
        found.append(Entry("m", "/m", "today", _("Today")))
    if able & {"followup.list", "benefit.list"}:
        found.append(Entry("follow-ups", "/follow-ups", "clock", _("Due")))
    if project and (scope := allow.find_records_scope(who, "submission.list", project)):
        found.append(Entry("review", "/review", "check", _("Review"), waiting_for_review(session.db(), scope)))
    if "followup.read" in able and project and project.kind == "care":
        found.append(Entry("people", "/people", "people", _("In our care")))
    if "rights.list" in able and project and project.kind == "care":
        found.append(Entry("rights", "/rights", "person", _("Her rights")))
    if "village.read" in able:
        found.append(Entry("map", "/map", "map", _("Map")))
    if "form.list" in able:
        found.append(Entry("forms", "/forms", "form", _("Forms")))
    if "field_key.list" in able:
        found.append(Entry("phones", "/phones", "phone", _("Phones")))
    if "village.import" in able:
        found.append(Entry("places", "/places", "home", _("Villages")))
    if "audit.read" in able:
        found.append(Entry("audit", "/audit", "eye", _("Audit")))
    if project and project.kind == "care":
        found += care_entries(able)
    if site & {"user.list", "project.create"} or "assignment.list" in able:
        found.append(Entry("admin", "/admin", "settings", _("Settings")))
    return found


def care_entries(able: set[str]) -> list[Entry]:
    found: list[Entry] = []
    if "indicator.read" in able:
        found.append(Entry("reports", "/reports", "chart", _("Reports")))
    if able & {"followup.read", "rights.read", "form.update"}:
        href = "/consents" if "followup.read" in able else "/consents/texts"
        found.append(Entry("consents", href, "shield", _("Consents")))
    if able & {"rule.update", "rule.sign"}:
        found.append(Entry("rules", "/rules", "list", _("Rules")))
    if able & {"office.read", "rule.sign"}:
        found.append(Entry("office", "/office", "today", _("Office")))
    if "supply.read" in able:
        found.append(Entry("supplies", "/supplies", "layers", _("In store")))
    if "hand_over.list" in able:
        found.append(Entry("hand-overs", "/hand-overs", "people", _("Hand-overs")))
    if able & {"break_glass.open", "break_glass.list"}:
        found.append(Entry("emergency", "/emergency", "warning", _("Emergency access")))
    return found


def current_key() -> str:
    first, *rest = request.path.strip("/").split("/")
    if first == "follow-ups" and rest not in ([], ["list"], ["schedule"], ["acts"], ["give"], ["reasons"], ["print"]):
        return "m"  # one visit of today's list
    if [first, *rest] == ["notices", "failed"]:
        return "admin"
    return BELOW.get(first, first)


def role_of(who: Caller, project: Project | None) -> str:
    """The role that matters here: the project's before the site's."""
    here = [grant for grant in who.grants if project and grant.project_id == project.id]
    grants = here or [grant for grant in who.grants if grant.project_id is None]
    return role_word(grants[0].role_id) if grants else ""


def find_project() -> Project | None:
    """The project of this page: ?project=, else the one remembered, else the first that the caller sees."""
    return queries.choose_project(session.db(), session.caller(), request.args.get("project", ""))


def current_project() -> Project:
    """As find_project. Raises Unauthenticated for nobody, NotFound for somebody without any project."""
    who = session.caller()
    if who.is_anonymous:
        raise Unauthenticated()
    project = find_project()
    if project is None:
        raise NotFound("You have no project yet. The administrator of your town gives you a role in one.")
    return project


def remember(project: Project | None) -> None:
    """A project asked for by address is kept for the next page: in a transaction of its own, since reads are rolled back."""
    digest = session.caller().session_hash
    if project is None or digest is None or not request.args.get("project") or request.method != "GET":
        return
    with session.database().transaction() as db:
        queries.remember_project(db, digest, project.id)


def today() -> date:
    return clock.today(session.now())


@pages.app_template_filter("segment")
def segment(text: str) -> str:
    """One part of an address: a form id may hold a slash, which Jinja's own urlencode leaves as it is."""
    return quote(text, safe="")


pages.add_app_template_filter(listed)


@pages.app_template_filter("day")
def say_day(value: date | datetime) -> str:
    return moments.say_day(value, today(), languages.language_tag() == "en")


@pages.app_template_filter("moment")
def say_moment(value: datetime) -> str:
    return moments.say_moment(value, today(), languages.language_tag() == "en")
