"""What a list said of a woman or a home, version by version; and two changes that did not know of each other, settled."""

from typing import Any, NamedTuple

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from server.access.masking import COVERED, note_reveal
from server.errors import Problem
from server.followups.homes import find_home
from server.intake.resolving import resolve
from server.models import Dataset, Entity
from server.registry import conflicts as verbs
from server.registry.conflicts import LABEL, Version
from server.registry.entities import HER
from server.registry.reach import reach_of as reached_by
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.sent import ID, sent_id
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.timeline_words import PURPOSES
from server.web.pages.toasts import say
from server.web.readings import note_read

LIST, ONE = "/people/conflicts", "people/entry.html"
PLACE, VILLAGE = "geometry", "village_code"
NAMES = {
    LABEL: _l("Label"),
    "code": _l("Number of the card"),
    "display_name": _l("How she is called"),
    VILLAGE: _l("Village"),
    "hamlet": _l("Hamlet"),
    "door_code": _l("Door code"),
    PLACE: _l("Place"),
    "household": _l("Household"),
    "assigned_worker": _l("The worker she chose"),
    "status": _l("State"),
    **dict(PURPOSES),
    "consent_until": _l("She agrees until"),
    "wording": _l("Words that were read to her"),
    "no_contact_before": _l("No contact before"),
    "preg_no": _l("Which pregnancy"),
    "ga_anchor": _l("Day from which weeks are counted"),
    "last_weight": _l("Last weight"),
    "method": _l("Method"),
    "start_date": _l("Begun on"),
    "last_injection": _l("Last injection"),
    "next_injection": _l("Next injection"),
    "supply_end": _l("What she has lasts until"),
    "outcome": _l("Result"),
    "outcome_on": _l("Day of the result"),
    "direction": _l("Leaving or arriving"),
}
KINDS = {
    "women": _l("her entry"),
    "households": _l("entry of a home"),
    "pregnancies": _l("an entry about her"),
    "contraception_episodes": _l("an entry about her"),
    "referrals": _l("an entry about her"),
    "transfers": _l("an entry about her"),
}
MOST_VERSIONS = 50


class Shown(NamedTuple):
    """How values are written: covered ones as they are or not, villages by name."""

    uncovered: bool
    villages: dict[str, str]


@pages.get(LIST)
def list_conflicts() -> Response:
    reach, number = reach_of("followup.read"), page_asked()
    reached = reached_by(session.caller(), reach.project, reach.today)
    total = verbs.count_conflicts(session.db(), reached)
    found = verbs.list_conflicts(session.db(), reached, (number - 1) * PAGE, PAGE)
    note_read(reach.project, "entity.list", details={"entities": len(found)})
    lines = [line_of(reach, entity, dataset) for entity, dataset in found]
    return make_response(render_template("people/conflicts.html", lines=lines, page=pager(LIST, {}, number, total)))


def line_of(reach: Reach, entity: Entity, dataset: Dataset) -> dict[str, Any]:
    return {
        "href": f"/people/entries/{entity.id}",
        "label": entity.label,
        "kind": str(KINDS[dataset.name]),
        "hard": entity.conflict == "hard",
        "village": reach.shown_names.get(entity.village_code or "", ""),
        "changed": entity.updated_at,
    }


@pages.get(f"/people/entries/<{ID}:entity_id>")
def show_entry(entity_id: int) -> Response:
    return make_response(render_template(ONE, **entry_facts(entity_id)))


@pages.post(f"/people/entries/<{ID}:entity_id>")
def uncover_entry(entity_id: int) -> Response:
    """Names, doors and places as they are: whoever looks is written down."""
    facts = entry_facts(entity_id, uncovered=True)
    note_reveal(session.db(), session.caller(), facts["project"], session.now(), facts["covered"])
    return make_response(render_template(ONE, **facts))


@pages.post(f"/people/entries/<{ID}:entity_id>/resolve")
def settle(entity_id: int) -> Response:
    reach, entity, dataset = load_entry(entity_id, "followup.update")
    chosen = {name.removeprefix("v:"): sent_id(name) for name in request.form if name.startswith("v:")}
    try:
        seen = sent_id("seen")
        resolve(session.db(), reach.project, dataset, entity, seen, chosen, require_person(), session.now())
    except Problem as problem:
        return show_again(ONE, problem, lambda: entry_facts(entity_id))
    return say(f"/people/entries/{entity_id}", _("Settled. Phones have it after their next sync."))


def load_entry(entity_id: int, verb: str) -> tuple[Reach, Entity, Dataset]:
    reach = reach_of(verb)
    reached = reached_by(session.caller(), reach.project, reach.today)
    return reach, *verbs.get_entry(session.db(), reached, entity_id)


def entry_facts(entity_id: int, uncovered: bool = False) -> dict[str, Any]:
    reach, entity, dataset = load_entry(entity_id, "followup.read")
    note_read(
        reach.project, "entity.read", about=entity.about or entity.uuid, entity_id=entity.id, dataset_id=dataset.id
    )
    versions = verbs.versions_of(session.db(), dataset, entity)
    sides = verbs.sides_of(session.db(), dataset, entity, versions) if entity.conflict else None
    how = Shown(uncovered, reach.shown_names)
    shown = [one for one in versions[-1].values if one != HER]
    covered = sorted({name for one in versions for name in one.values if is_covered(name)})
    return {
        "project": reach.project,
        "entity": entity,
        "kind": str(KINDS[dataset.name]),
        "back": back_of(reach, dataset, entity),
        "sides": sides,
        "rows": [row_of(name, sides.versions, how) for name in sides.names] if sides else [],
        "now": [(say_name(name), cell_of(versions[-1], name, how)) for name in shown],
        "versions": changes_of(versions, how)[:MOST_VERSIONS],
        "covered": covered,
        "uncovered": uncovered,
    }


def back_of(reach: Reach, dataset: Dataset, entity: Entity) -> str:
    """The page of whom it is about; a home that does not agree to be kept has none."""
    if dataset.name == "households":
        reached = reached_by(session.caller(), reach.project, reach.today)
        return f"/people/homes/{entity.uuid}" if find_home(session.db(), reached, entity.uuid) else LIST
    return f"/people/{entity.uuid if dataset.name == 'women' else entity.about}"


def is_covered(name: str) -> bool:
    return name in COVERED or name == PLACE


def say_name(name: str) -> str:
    """A property in words, where it is one of ours; a town's own as the town calls it."""
    return str(NAMES.get(name, name))


def row_of(name: str, versions: tuple[Version, ...], shown: Shown) -> dict[str, Any]:
    """One property: what each version says; a value is offered once, by the newest version that has it."""
    newest = {one.values.get(name, ""): one.number for one in versions}
    cells = [
        {
            "text": cell_of(one, name, shown),
            "number": one.number,
            "offered": newest[one.values.get(name, "")] == one.number,
        }
        for one in versions
    ]
    return {
        "name": name,
        "label": say_name(name),
        "cells": cells,
        "clashes": any(name in one.clashes for one in versions),
    }


def cell_of(version: Version, name: str, shown: Shown) -> str:
    value = version.values.get(name, "")
    if value and is_covered(name) and not shown.uncovered:
        return "•••"
    named = shown.villages.get(value, "") if name == VILLAGE else ""
    return f"{named} ({value})" if named else value


def changes_of(versions: list[Version], shown: Shown) -> list[dict[str, Any]]:
    """Each version with what it changed, the newest first."""
    found = []
    for before, one in zip([None, *versions], versions, strict=False):
        names = [
            name
            for name in one.values
            if name != HER and (before is None or before.values.get(name, "") != one.values[name])
        ]
        found.append({"version": one, "changed": [(say_name(name), cell_of(one, name, shown)) for name in names]})
    return found[::-1]
