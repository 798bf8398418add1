"""What is done with what lies in store, by its pages: each act is a row of the ledger and may be taken back for a month."""

from collections.abc import Callable
from typing import Any

from flask import Response

from server.errors import Problem, UnexpectedValue
from server.followups import supply_acts
from server.followups.supply_acts import Doer, NewLot
from server.followups.supply_reading import read_store
from server.models import SupplyMovement
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.hand_overs import sent_day
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.supplies import HERE, POINT, TOWN, facts_of, hall, key_of
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say

SENT = ("item", "number", "expires_on", "received_on", "quantity")


def doer() -> Doer:
    project, reach = hall("supply.update")
    return Doer(require_person(), project, reach, session.now())


@pages.post(HERE)
def receive_lot() -> Response:
    by = doer()
    point = sent_point()
    sent = {name: sent_text(name) for name in SENT}
    return do(by, point, lambda: supply_acts.receive(session.db(), by, read_lot(point)), _("It is in store."), sent)


def read_lot(point: int | None) -> NewLot:
    days = sent_day("expires_on"), sent_day("received_on")
    return NewLot(sent_text("item", 40, required=True), sent_text("number"), *days, sent_number("quantity"), point)


def sent_point() -> int | None:
    return None if sent_text("village", 20, required=True) == TOWN else sent_id("village")


def sent_number(name: str) -> int:
    """A whole number of the form. Raises MissingParameter or UnexpectedValue."""
    value = sent_text(name, 20, required=True)
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise UnexpectedValue(field=name, value=value, reason="it is no whole number")
    return int(value)


@pages.post(f"{HERE}/hand-out")
def hand_out() -> Response:
    """To somebody whose name nobody asks."""
    by, lot_id = doer(), sent_id("lot")
    return do_with(by, lot_id, lambda: supply_acts.hand_out(session.db(), by, lot_id, sent_number("quantity")))


@pages.post(f"{HERE}/<{ID}:lot_id>/count")
def count_lot(lot_id: int) -> Response:
    by = doer()

    def act() -> SupplyMovement:
        return supply_acts.count(session.db(), by, lot_id, sent_number("quantity"), sent_text("reason", 40))

    return do_with(by, lot_id, act, _("The count is noted."))


@pages.post(f"{HERE}/<{ID}:lot_id>/send")
def send_lot(lot_id: int) -> Response:
    by = doer()

    def act() -> SupplyMovement:
        return supply_acts.send_on(session.db(), by, lot_id, sent_number("quantity"), sent_point())

    return do_with(by, lot_id, act, _("It is on its way, and in store there."))


@pages.post(f"{HERE}/<{ID}:lot_id>/take-out")
def take_out_lot(lot_id: int) -> Response:
    by = doer()

    def act() -> SupplyMovement:
        return supply_acts.take_out(session.db(), by, lot_id, sent_number("quantity"), sent_text("reason", 40))

    return do_with(by, lot_id, act, _("It is no longer in store."))


@pages.post(f"{HERE}/entries/<{ID}:entry_id>/undo")
def take_back_entry(entry_id: int) -> Response:
    by = doer()
    first, *_others = supply_acts.take_back(session.db(), by, entry_id)
    point = point_of(by, first.lot_id)
    return say(f"{HERE}?point={key_of(point)}", _("It is taken back; both rows stay in the ledger."))


def point_of(by: Doer, lot_id: int) -> int | None:
    """Raises NotFound for a lot out of reach."""
    return read_store(session.db(), by.project.id, by.reach).get_lot(lot_id).shelf[0]


def do_with(by: Doer, lot_id: int, act: Callable[[], SupplyMovement], words: str = "") -> Response:
    return do(by, point_of(by, lot_id), act, words or _("It is handed out; nobody was asked for a name."))


def do(
    by: Doer, point: int | None, act: Callable[[], SupplyMovement], words: str, sent: dict[str, str] | None = None
) -> Response:
    """The act, or the page of its point again with what is the matter."""
    try:
        row = act()
    except Problem as problem:
        return show_again(POINT, problem, lambda: facts_now(by, point), sent=sent or {})
    return say(f"{HERE}?point={key_of(point)}", words, Undo(f"{HERE}/entries/{row.id}/undo", {}))


def facts_now(by: Doer, point: int | None) -> dict[str, Any]:
    return facts_of(read_store(session.db(), by.project.id, by.reach), by.project, by.reach, point)
