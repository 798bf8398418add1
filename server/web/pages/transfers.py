"""Her transfers of care, where she leaves: the package and its key, the other side's acknowledgement, taking it back.

The key is on the one answer that made it, for her card, and nowhere else. Clinicians alone; each look is noted.
"""

from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from server.errors import Problem
from server.followups.courses import get_woman
from server.intake import transferring
from server.models import TransferPackage, Woman
from server.registry.packages import in_groups
from server.registry.reach import reach_of as reached_by
from server.registry.transfers_of_her import (
    count_transfers,
    get_package,
    list_transfers,
    may_pass_on,
    standings_of,
)
from server.web import session
from server.web.files import send_bytes
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.phones import draw_qr
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say
from server.web.pages.transfer_words import line_of, sent_lines, text_of_file
from server.web.readings import note_read

HERS = "/people/<uuid:woman_uuid>/transfers"
ONE = f"{HERS}/<uuid:transfer>"
PAGE_OF_HER = "transfers/woman.html"
MOST_IN_A_QR = 1_200
"""Characters: what a phone's camera still reads off a screen."""


@pages.get("/people/transfers")
def show_transfers() -> Response:
    """Whose are under way, and how to receive one."""
    reach, number = reach_of("transfer.read"), page_asked()
    reached = reached_by(session.caller(), reach.project, reach.today)
    total = count_transfers(session.db(), reached)
    found = list_transfers(session.db(), reached, (number - 1) * PAGE, PAGE)
    note_read(reach.project, "entity.list", details={"women": len(found)})
    lines = [line_of(woman, entity, reach.shown_names) for woman, entity in found]
    page = pager("/people/transfers", {}, number, total)
    return make_response(render_template("transfers/list.html", lines=lines, page=page))


@pages.get(HERS)
def show_her_transfers(woman_uuid: UUID) -> Response:
    return make_response(render_template(PAGE_OF_HER, **facts_of(str(woman_uuid))))


@pages.post(f"{ONE}/package")
def make_package(woman_uuid: UUID, transfer: UUID) -> Response:
    """The one answer on which its key stands."""
    reach, woman = load_woman(str(woman_uuid), "transfer.send")
    try:
        made = transferring.make_package(
            session.db(),
            reach.project,
            woman,
            str(transfer),
            request.form.getlist("item"),
            require_person(),
            session.now(),
        )
    except Problem as problem:
        return show_again(PAGE_OF_HER, problem, lambda: facts_of(str(woman_uuid)))
    values = {"woman": woman, "row": made.row, "key": in_groups(made.key), "transfer": str(transfer)}
    return make_response(render_template("transfers/key.html", **values, **package_facts(made.row)))


@pages.get(f"{ONE}/package")
def give_package(woman_uuid: UUID, transfer: UUID) -> Response:
    """The sealed file, as long as it is on its way. Raises NotFound."""
    reach, woman = load_woman(str(woman_uuid), "transfer.send")
    row = get_package(session.db(), woman, str(transfer), reach.today)
    note_read(reach.project, "person.read", about=woman.uuid)
    return send_bytes(row.content or b"", None, f"{row.made_on}.fangshi", "application/octet-stream")


@pages.post(f"{ONE}/receipt")
def take_receipt(woman_uuid: UUID, transfer: UUID) -> Response:
    reach, woman = load_woman(str(woman_uuid), "transfer.send")
    where = f"/people/{woman_uuid}/transfers"
    try:
        receipt = sent_receipt()
        transferring.acknowledge(
            session.db(), reach.project, woman, str(transfer), receipt, require_person(), session.now()
        )
    except Problem as problem:
        return show_again(PAGE_OF_HER, problem, lambda: facts_of(str(woman_uuid)))
    return say(where, _("The other side has it. What was planned here ends as passed on."))


@pages.post(f"{ONE}/cancel")
def take_back_transfer(woman_uuid: UUID, transfer: UUID) -> Response:
    reach, woman = load_woman(str(woman_uuid), "transfer.send")
    try:
        row = transferring.take_back(session.db(), reach.project, woman, str(transfer), require_person(), session.now())
        session.db().flush()
    except Problem as problem:
        return show_again(PAGE_OF_HER, problem, lambda: facts_of(str(woman_uuid)))
    undo = Undo(f"/people/{woman_uuid}/packages/{row.id}/undo", {})
    return say(f"/people/{woman_uuid}/transfers", _("Her wish holds: nothing is passed on."), undo)


@pages.post(f"/people/<uuid:woman_uuid>/packages/<{ID}:package_id>/undo")
def undo_cancel(woman_uuid: UUID, package_id: int) -> Response:
    reach, woman = load_woman(str(woman_uuid), "transfer.send")
    transferring.want_it_again(session.db(), reach.project, woman, package_id, require_person(), session.now())
    return say(f"/people/{woman_uuid}/transfers", _("It is asked for as before. Please make a new package."))


def load_woman(uuid: str, verb: str) -> tuple[Reach, Woman]:
    """Raises NotFound, also for a woman of another village or worker; Forbidden without the right."""
    reach = reach_of(verb)
    return reach, get_woman(session.db(), reach.project.id, reach.whose, uuid)


def facts_of(uuid: str) -> dict[str, Any]:
    """What the page of her transfers shows: nothing where her consents do not let it."""
    reach, woman = load_woman(uuid, "transfer.read")
    note_read(reach.project, "person.read", about=woman.uuid)
    may_read = may_pass_on(session.db(), woman, reach.today)
    found = standings_of(session.db(), reach.project.id, woman.uuid) if may_read else []
    return {"woman": woman, "may_read": may_read, "lines": sent_lines(found, reach.today)}


def package_facts(row: TransferPackage) -> dict[str, Any]:
    """The file as text, and as a QR code where that is small enough to be read off a screen."""
    text = text_of_file(row.content or b"")
    qr = draw_qr(text) if len(text) <= MOST_IN_A_QR else Markup("")
    return {"text": text, "qr": qr, "last_day": row.last_day}


def sent_receipt() -> str:
    """What was typed, else what is in the file. Raises MissingParameter, TooLong, UnexpectedValue."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return sent_text("receipt", 40, required=True)
    return file.stream.read(400).decode("ascii", "replace").strip().rpartition("\n")[2][:40]
