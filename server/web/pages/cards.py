"""QR cards for many phones at once: A4 sheets of ten to cut apart, and a roster file that makes the keys first."""

from flask import Response, make_response, render_template, request

from server.access import phone_reach, phones, queries, rosters
from server.access.allow import allow
from server.access.phones import Phone
from server.errors import BodyTooLarge, MissingParameter, Problem
from server.models import Project
from server.places.desk import list_villages
from server.publishing.phone_settings import settings_text
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.phones import draw_qr, key_url, tell_forms, villages_of
from server.web.pages.sent import check_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.readings import note_keys

ON_A_SHEET = 10  # five sheets on a page


@pages.get("/phones/cards")
def show_cards() -> Response:
    """All phones that work, those of the villages ticked, or those named by the roster just read."""
    project = current_project()
    allow(session.caller(), "field_key.delete", project)  # the right that sees a single card
    found, number = chosen_phones(project), page_asked()
    care = project.kind == "care"
    reached = queries.villages_by_actor(session.db(), project.id) if care else {}
    shown = found[(number - 1) * PAGE : number * PAGE]
    note_keys(project, shown)
    cards = [card_of(project, phone, reached) for phone in shown]
    wanted = {name: request.args.getlist(name)[: rosters.MOST_ROWS] for name in ("village", "phone")}
    return make_response(
        render_template(
            "phones/cards.html",
            sheets=[cards[start : start + ON_A_SHEET] for start in range(0, len(cards), ON_A_SHEET)],
            page=pager("/phones/cards", wanted, number, len(found)),
            chosen=wanted["village"],
            villages=list_villages(session.db(), phone_reach.managed_scope(session.caller(), project)) if care else [],
        )
    )


def chosen_phones(project: Project) -> list[Phone]:
    """Working phones whose key can be shown."""
    every = phone_reach.list_phones(session.db(), session.secret_key(), session.caller(), project, session.now())
    found = [one for one in every if phones.is_printed(project, one)]
    asked = request.args.getlist("phone")[: rosters.MOST_ROWS]
    named = {int(text) for text in asked if text.isascii() and text.isdigit() and len(text) < 16}
    codes = [check_text("village", code, 64) for code in request.args.getlist("village")[:1000]]
    if named:
        return [one for one in found if one.actor.id in named]
    if codes:
        reaching = queries.actors_of_villages(session.db(), project.id, codes)
        return [one for one in found if one.actor.id in reaching]
    return found


def card_of(project: Project, phone: Phone, reached: dict[int, tuple[str, ...] | None]) -> dict[str, object]:
    """What is printed: a number, a name, villages, and the key only inside the QR code."""
    return {
        "id": phone.actor.id,
        "name": phone.actor.display_name,
        "villages": villages_of(reached, phone) if project.kind == "care" else "",
        "qr": draw_qr(settings_text(project, key_url(project, phone.token or ""))),
    }


@pages.get("/phones/roster")
def show_roster() -> Response:
    project = current_project()
    allow(session.caller(), "field_key.create", project)
    return make_response(render_template("phones/roster.html"))


@pages.post("/phones/roster")
def take_roster() -> Response:
    """Keys for everybody in the file, or for nobody; then their sheets."""
    project, who, me = current_project(), session.caller(), require_person()
    allow(who, "field_key.create", project)
    try:
        rows = rosters.read_roster(sent_file())
        made = rosters.make_phones(session.db(), session.secret_key(), who, project, rows, me, session.now())
    except Problem as problem:
        return show_again("phones/roster.html", problem)
    tell_forms(project)
    return make_response("", 303, {"Location": "/phones/cards?" + "&".join(f"phone={one}" for one in made)})


def sent_file() -> bytes:
    """Raises MissingParameter, BodyTooLarge."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MissingParameter(field="file")
    content = file.stream.read(rosters.MOST_BYTES + 1)
    if len(content) > rosters.MOST_BYTES:
        raise BodyTooLarge(limit=rosters.MOST_BYTES)
    return content
