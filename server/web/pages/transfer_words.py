"""What pages say of transfers of care: how each stands, what goes along, what she brought. For her clinicians' eyes."""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import orjson
from flask_babel import lazy_gettext as _l

from server.errors import PackageRefused
from server.followups.rules import GESTATION_DAYS
from server.models import Entity, TransferPackage, Woman
from server.registry.packages import ITEMS, MOST_BYTES
from server.registry.transfers import OUT
from server.registry.transfers_of_her import Standing
from server.web.pages.shell import say_day
from server.web.pages.texts import _, is_english, listed
from server.web.pages.timeline_words import METHODS, Entry

ITEM_NAMES: Final = {
    "next_dates": _l("Dates of her next services"),
    "anc_summary": _l("Summary of antenatal checks"),
    "method_card": _l("Card of her method"),
    "contact": _l("Safe phone"),
}
STATUS_WORDS: Final = {
    "asked": (_l("Asked for, no package yet"), "amber", "clock"),
    "sent": (_l("On its way"), "brand", "clock"),
    "received": (_l("The other side has it"), "brand", "check"),
    "started": (_l("She has come"), "brand", "check"),
    "expired": (_l("Ran out"), "dashed", "stop"),
    "cancelled": (_l("She took it back"), "dashed", "minus"),
}
TAKEN_OVER: Final = (_l("What she brought is kept here"), "brand", "check")
DATED_BY: Final = {
    "art": _l("assisted reproduction"),
    "ultrasound": _l("ultrasound"),
    "lmp": _l("last period"),
    "clinician": _l("clinician"),
}
FIELD_NAMES: Final = {
    "on": _l("Check on"),
    "bp_sys": _l("Blood pressure"),
    "hb_gl": _l("Haemoglobin (g/L)"),
    "dated_by": _l("Dated by"),
    "ga_anchor": _l("Approximate due date"),
    "method": _l("Method"),
    "started_on": _l("Since"),
    "last_injection_on": _l("Last injection"),
    "supply_until": _l("Supply lasts until"),
    "number": _l("Phone"),
    "shared": _l("Who sees this phone"),
}
"""In the order in which a row says them."""
PREFIX: Final = "FANGSHI:"


def line_of(woman: Woman, entity: Entity, villages: dict[str, str]) -> dict[str, Any]:
    """One line of the list: whose, which way, how it stands; nothing of where to or what."""
    told = orjson.loads(entity.data_json)
    return {
        "label": woman.label,
        "href": f"/people/{woman.uuid}/transfers",
        "village": villages.get(woman.village_code, ""),
        "way": _("leaves") if told.get("direction") == OUT else _("has come"),
        "state": state_of(told.get("direction", ""), told.get("status", "")),
        "day": entity.created_at,
    }


def state_of(direction: str, status: str) -> tuple[object, str, str]:
    """Words, kind of chip, icon."""
    if direction != OUT and status == "received":
        return TAKEN_OVER
    return STATUS_WORDS.get(status, (status, "dashed", "info"))


def sent_lines(found: Sequence[Standing], today: date) -> list[dict[str, Any]]:
    return [line_of_standing(one, today) for one in found]


def line_of_standing(one: Standing, today: date) -> dict[str, Any]:
    """One transfer with its days, what may be done about it, and the packages that there were."""
    is_over = any(row.state == "sent" and row.last_day < today for row in one.packages)
    runs = one.direction == OUT and one.status in ("asked", "sent") and one.wish is not None and not is_over
    running = next((row for row in one.packages if row.state == "sent" and not is_over), None)
    waits = any(row.proof is not None for row in one.packages) and one.direction == OUT
    return {
        "uuid": one.uuid,
        "leaves": one.direction == OUT,
        "state": state_of(one.direction, one.status),
        "agreed_on": one.wish.agreed_on if one.wish else None,
        "place": in_language(one.wish.place) if one.wish else "",
        "items": [(name, ITEM_NAMES[name]) for name in one.wish.items] if one.wish else [],
        "may_make": runs and bool(one.wish and one.wish.items),
        "may_cancel": one.direction == OUT and one.status in ("asked", "sent"),
        "may_acknowledge": waits and one.status in ("sent", "received", "expired"),
        "running": running,
        "days_left": (running.last_day - today).days if running else 0,
        "packages": [package_line(row) for row in reversed(one.packages)],
    }


def package_line(row: TransferPackage) -> dict[str, Any]:
    """What happened to one package, and where to read what she brought in it."""
    told = {name: getattr(row, name) for name in ("direction", "state", "made_on", "last_day", "answered_on", "place")}
    href = f"/people/{row.woman_uuid}/packages/{row.id}" if row.direction != OUT and row.content else ""
    return {"words": say_package(**told), "href": href, "items": listed(item_names(row.items.split()))}


def package_entries(rows: Sequence[TransferPackage]) -> list[Entry]:
    """Points of her course: each package on the day on which something last became of it."""
    return [
        Entry(row.answered_on or row.made_on, _("Transfers of care"), str(package_line(row)["words"])) for row in rows
    ]


def say_package(
    direction: str, state: str, made_on: date, last_day: date, answered_on: date | None, place: object
) -> str:
    """In a sentence with its day; `place` is where one comes from that she brought."""
    made, last = say_day(made_on), say_day(last_day)
    day = say_day(answered_on) if answered_on else ""
    if direction != OUT:
        return _("Brought from %(place)s, kept on %(day)s.", place=place, day=day)
    return {
        "sent": _("Made on %(made)s, opens until %(last)s.", made=made, last=last),
        "told": _("Made on %(made)s. The other side has it, as was told on a phone.", made=made),
        "received": _("Made on %(made)s. Acknowledged by the other side: taken over on %(day)s.", made=made, day=day),
        "expired": _(
            "Made on %(made)s. Nobody acknowledged it; since %(last)s it opens nowhere.", made=made, last=last
        ),
        "replaced": _("Made on %(made)s. It does not count any more: another one was made, or asked for.", made=made),
        "cancelled": _("She took it back on %(day)s.", day=day) if day else _("She took it back."),
    }[state]


def own_package(told: dict[str, Any]) -> dict[str, Any]:
    """One of own_data.collect: what became of it, and what is in one that she brought."""
    names = ("direction", "state", "made_on", "last_day", "answered_on", "place")
    words = say_package(**{name: told[name] for name in names})
    return {"words": words, "items": listed(item_names(told["items"])), "parts": brought_parts(told["content"] or {})}


def item_names(items: Sequence[str]) -> list[str]:
    return [str(ITEM_NAMES[one]) for one in ITEMS if one in items]


def in_language(words: dict[str, str]) -> str:
    first, second = ("en", "zh") if is_english() else ("zh", "en")
    return words.get(first) or words.get(second) or ""


def brought_parts(told: dict[str, Any]) -> list[tuple[str, list[list[tuple[str, str]]]]]:
    """What is in a package, item by item: rows of (what, value)."""
    items = told.get("items", {})
    return [(str(ITEM_NAMES[name]), [row_words(name, row) for row in items[name]]) for name in ITEMS if name in items]


def row_words(name: str, row: dict[str, str]) -> list[tuple[str, str]]:
    if name == "next_dates":
        days = _("proposed %(due)s, last day %(last)s", due=said_day(row, "due_on"), last=said_day(row, "closes_on"))
        return [(in_language(row) or _("A visit"), days)]
    return [(str(label), value_of(field, row)) for field, label in FIELD_NAMES.items() if field in row]


def value_of(field: str, row: dict[str, str]) -> str:
    text = row[field]
    if field == "ga_anchor":
        return say_day(date.fromisoformat(text) + timedelta(days=GESTATION_DAYS))
    if field in ("on", "started_on", "last_injection_on", "supply_until"):
        return said_day(row, field)
    if field == "bp_sys":
        return f"{text}/{row.get('bp_dia', '?')}"
    if field == "shared":
        return _("others may see it") if text == "yes" else _("she alone sees it")
    return str({"method": METHODS, "dated_by": DATED_BY}.get(field, {}).get(text, text))


def said_day(row: dict[str, str], field: str) -> str:
    return say_day(date.fromisoformat(row[field])) if row.get(field) else _("not known")


def text_of_file(file: bytes) -> str:
    """A package as text, for a QR code or a message."""
    return PREFIX + b64encode(file).decode()


def file_of_text(text: str) -> bytes:
    """Raises PackageRefused."""
    bare = "".join(text.split()).removeprefix(PREFIX)
    if len(bare) > 2 * MOST_BYTES:
        raise PackageRefused(reason="this is no package of Fangshi")
    try:
        return b64decode(bare, validate=True)
    except (Error, ValueError):
        raise PackageRefused(reason="this is no package of Fangshi") from None
