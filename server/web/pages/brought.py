"""What she brought from elsewhere: a package is opened with the key on her card, looked at with her, and kept if she agrees.

Between the two steps nothing is kept here: the page itself carries the sealed file and its key to the second.
"""

from base64 import b64encode
from typing import Any
from uuid import UUID

import orjson
from flask import Response, make_response, redirect, render_template, request

from server.errors import MissingParameter, Problem
from server.intake import taking_over
from server.models import TransferPackage, Woman
from server.registry.packages import MOST_BYTES, in_groups
from server.registry.transfers import IN
from server.registry.transfers_of_her import get_brought, may_pass_on, packages_of_her
from server.web import session
from server.web.files import send_bytes
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.transfer_words import brought_parts, file_of_text
from server.web.pages.transfers import load_woman
from server.web.readings import note_read

HERS = "/people/<uuid:woman_uuid>/brought"
PAGE = "transfers/brought.html"
LONGEST_KEY = 60


@pages.get(HERS)
def ask_for_package(woman_uuid: UUID) -> Response:
    return make_response(render_template(PAGE, **facts_of(str(woman_uuid))))


@pages.post(HERS)
def open_package(woman_uuid: UUID) -> Response:
    """`step=look` shows what is in it and keeps nothing; `step=keep` keeps it, once she agreed to that."""
    keep = request.form.get("step") == "keep"
    try:
        file, key = sent_file(), sent_text("key", LONGEST_KEY, required=True)
        return keep_it(str(woman_uuid), file, key) if keep else look_at_it(str(woman_uuid), file, key)
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(str(woman_uuid)))


def look_at_it(uuid: str, file: bytes, key: str) -> Response:
    reach, woman = load_woman(uuid, "transfer.receive")
    looked = taking_over.look_into(session.db(), reach.project, woman, file, key, session.now())
    note_read(reach.project, "person.read", about=woman.uuid)
    carried = {"carried": b64encode(file).decode(), "key": key}
    shown = {"parts": brought_parts(looked.told), "told": looked.told, "made_on": looked.opened.made_on}
    return make_response(render_template(PAGE, woman=woman, may_read=True, **carried, **shown))


def keep_it(uuid: str, file: bytes, key: str) -> Response:
    """Only with her own yes, asked here and now: where it came from she said another one."""
    if request.form.get("agrees") != "yes":
        raise MissingParameter("Please ask her first whether this may be kept here.", field="agrees")
    reach, woman = load_woman(uuid, "transfer.receive")
    row = taking_over.take_over(session.db(), reach.project, woman, file, key, require_person(), session.now())
    return make_response(redirect(f"/people/{uuid}/packages/{row.id}", 303))


@pages.get(f"/people/<uuid:woman_uuid>/packages/<{ID}:package_id>")
def show_brought(woman_uuid: UUID, package_id: int) -> Response:
    woman, row = load_brought(str(woman_uuid), package_id)
    told = orjson.loads(row.content or b"{}")
    receipt = in_groups(taking_over.receipt_of(row))
    values = {"woman": woman, "row": row, "told": told, "parts": brought_parts(told), "receipt": receipt}
    return make_response(render_template("transfers/kept.html", **values))


@pages.get(f"/people/<uuid:woman_uuid>/packages/<{ID}:package_id>/receipt")
def give_receipt(woman_uuid: UUID, package_id: int) -> Response:
    _woman, row = load_brought(str(woman_uuid), package_id)
    text = f"Fangshi receipt 1\n{taking_over.receipt_of(row)}\n"
    return send_bytes(text.encode(), None, f"{row.answered_on}.txt", "text/plain; charset=utf-8")


def load_brought(uuid: str, package_id: int) -> tuple[Woman, TransferPackage]:
    """Raises NotFound, also where her consents do not let it be read any more."""
    reach, woman = load_woman(uuid, "transfer.read")
    row = get_brought(session.db(), woman, package_id, reach.today)
    note_read(reach.project, "person.read", about=woman.uuid)
    return woman, row


def facts_of(uuid: str) -> dict[str, Any]:
    reach, woman = load_woman(uuid, "transfer.receive")
    note_read(reach.project, "person.read", about=woman.uuid)
    may_read = may_pass_on(session.db(), woman, reach.today)
    rows = packages_of_her(session.db(), woman) if may_read else []
    brought = [one.id for one in rows if one.direction == IN]
    return {"woman": woman, "may_read": may_read, "parts": None, "brought_before": brought[-1] if brought else None}


def sent_file() -> bytes:
    """The file, or its text as a QR code gives it. Raises MissingParameter, PackageRefused."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return file.stream.read(MOST_BYTES + 1)
    text = request.form.get("carried", "")
    if not text.strip():
        raise MissingParameter(field="file")
    return file_of_text(text)
