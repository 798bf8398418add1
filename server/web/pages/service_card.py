"""Her service card, for her care team: made, replaced, stopped, printed; and the number that she chooses herself."""

from typing import Any
from uuid import UUID

import segno
from flask import Response, make_response, render_template, request
from markupsafe import Markup
from segno import DataOverflowError

from server.access.card_codes import make_pin, show_code
from server.access.restricted import is_restricted
from server.errors import MissingParameter, NotFound, Problem, UnexpectedValue
from server.followups.card_days import MOST, next_days
from server.followups.courses import get_woman
from server.models import Project, ServiceCard, Woman
from server.publishing.card_places import EMERGENCY, choose_place, list_places, rights_line
from server.registry.cards import change_place, find_card, make_card, set_pin, stop_card
from server.registry.on_cards import contact_of, name_to_use
from server.web import session
from server.web.addresses import base_url
from server.web.pages.again import show_again
from server.web.pages.care_team import consents
from server.web.pages.door import pages
from server.web.pages.followups import reach_of
from server.web.pages.sent import sent_text
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say
from server.web.readings import note_read

PAGE = "people/card.html"
ON_A_SHEET = 8
LEAST_VERSION = 3
"""Of a QR code: 29 squares, so that with its quiet zone of four on each side 42.2 mm of paper give it 33 mm."""


def find_hers(woman_uuid: UUID, verb: str) -> tuple[Project, Woman]:
    """For her care team alone. Raises Forbidden, NotFound outside their reach."""
    reach = reach_of(verb)
    return reach.project, get_woman(session.db(), reach.project.id, reach.whose, str(woman_uuid))


def look_at(woman_uuid: UUID) -> dict[str, Any]:
    """What the page shows; the look is written down."""
    project, woman = find_hers(woman_uuid, "followup.read")
    note_read(project, "person.read", about=woman.uuid)
    return facts_of(project, woman)


@pages.get("/people/<uuid:woman_uuid>/card")
def show_service_card(woman_uuid: UUID) -> Response:
    return make_response(render_template(PAGE, **look_at(woman_uuid)))


@pages.post("/people/<uuid:woman_uuid>/card")
def give_service_card(woman_uuid: UUID) -> Response:
    """A new card; the one before is dead at once."""
    project, woman = find_hers(woman_uuid, "followup.update")
    try:
        make_card(session.db(), woman, checked_place(project), require_person(), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: look_at(woman_uuid))
    return say(f"/people/{woman.uuid}/card", _("The card is made. It opens nothing until she has a number of her own."))


@pages.post("/people/<uuid:woman_uuid>/card/place")
def move_place_of_card(woman_uuid: UUID) -> Response:
    project, woman = find_hers(woman_uuid, "followup.update")
    change_place(session.db(), own_card(project, woman), checked_place(project))
    return say(f"/people/{woman.uuid}/card", _("Saved."))


@pages.post("/people/<uuid:woman_uuid>/card/stop")
def end_service_card(woman_uuid: UUID) -> Response:
    project, woman = find_hers(woman_uuid, "followup.update")
    stop_card(session.db(), own_card(project, woman), require_person(), session.now())
    return say(f"/people/{woman.uuid}/card", _("The card opens nothing any more."))


@pages.post("/people/<uuid:woman_uuid>/card/number")
def give_number_of_card(woman_uuid: UUID) -> Response:
    """She types it twice herself, or it is drawn by lot and shown this once, to be printed on a slip."""
    project, woman = find_hers(woman_uuid, "followup.update")
    card, by_lot = own_card(project, woman), request.form.get("by_lot") == "yes"
    pin = make_pin() if by_lot else request.form.get("pin", "")
    try:
        if not by_lot and pin != request.form.get("again", ""):
            raise UnexpectedValue("The two numbers differ. Let her type it again.", field="again", value="…")
        set_pin(session.db(), card, pin, require_person(), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: look_at(woman_uuid))
    if by_lot:
        return make_response(render_template("people/card_slip.html", woman=woman, pin=f"{pin[:3]} {pin[3:]}"))
    return say(f"/people/{woman.uuid}/card", _("She has a number of her own now. Nobody can read it here."))


def own_card(project: Project, woman: Woman) -> ServiceCard:
    """Raises NotFound where she has none, or her consent holds no longer."""
    card = find_card(session.db(), project.id, woman.uuid)
    if card is None or not consents(woman, today()):
        raise NotFound()
    return card


def checked_place(project: Project) -> str:
    """Raises MissingParameter, UnexpectedValue. "" only where the town's list is empty."""
    names = [one.name for one in list_places(session.db(), session.blobs(), project)]
    place = sent_text("place", 64)
    if names and not place:
        raise MissingParameter(field="place")
    if place and place not in names:
        raise UnexpectedValue(field="place", value=place, reason="it is not in the town's list of clinics")
    return place


def facts_of(project: Project, woman: Woman) -> dict[str, Any]:
    db, day = session.db(), today()
    may_have = consents(woman, day) and not is_restricted(db, project.id, woman.uuid)
    facts: dict[str, Any] = {"woman": woman, "may_have": may_have, "card": None}
    if not may_have:
        return facts
    card, store = find_card(db, project.id, woman.uuid), session.blobs()
    places = list_places(db, store, project)
    facts |= {"places": places, "rights_line": rights_line(db, store, project), "emergency": EMERGENCY}
    return facts | (printed(project, woman, card, facts) if card else {})


def printed(project: Project, woman: Woman, card: ServiceCard, facts: dict[str, Any]) -> dict[str, Any]:
    """What stands on the card, as it was chosen above it."""
    db = session.db()
    chosen = {name: name in request.args for name in ("name", "large", "by_hand")}
    days = [] if chosen["by_hand"] else next_days(db, woman, today())
    return {
        "card": card,
        "has_number": card.pin_hash is not None,
        "chosen": chosen,
        "copies": range(ON_A_SHEET if request.args.get("copies") == str(ON_A_SHEET) else 1),
        "on_a_sheet": ON_A_SHEET,
        "code": show_code(card.code),
        "qr": draw_card_qr(f"{base_url(session.config().public_url)}/c#{card.code}"),
        "name": name_to_use(db, woman) if chosen["name"] else "",
        "days": days,
        "empty_rows": range(MOST - len(days)),
        "place": choose_place(facts["places"], card.place),
        "contact": contact_of(db, woman),
    }


def draw_card_qr(text: str) -> Markup:
    """Black on white with a quiet zone of four squares, as inline SVG: Markup made from squares alone."""
    try:
        code = segno.make(text, error="m", micro=False, version=LEAST_VERSION)
    except DataOverflowError:
        code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(scale=1, border=4, omitsize=True, dark="#000", light="#fff"))  # noqa: S704
