"""Are these two the same person? Side by side, put together with undo, or remembered as two. For their care team alone."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access.masking import note_reveal
from server.errors import NotFound, NotParted, Problem, UnexpectedValue
from server.intake import merging
from server.models import Project, Woman
from server.registry import duplicates as verbs
from server.registry.consents import consents_of
from server.registry.duplicates import Pair
from server.registry.likeness import Traits
from server.registry.person_traits import traits_of
from server.registry.reach import Reach
from server.registry.reach import reach_of as reached_by
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.duplicate_words import consents_side, older_first, pair_line, reasons_of
from server.web.pages.followups import reach_of
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say
from server.web.readings import note_read

LIST = "/people/duplicates"
STATES = ("open", "different")


@pages.get(LIST)
def list_duplicates() -> Response:
    return make_response(render_template("people/duplicates.html", **list_facts()))


def list_facts() -> dict[str, Any]:
    reach, number = reach_of("followup.read"), page_asked()
    reached, names = reached_by(session.caller(), reach.project, reach.today), reach.shown_names
    state = request.args.get("state", "") if request.args.get("state") in STATES else "open"
    total = verbs.count_pairs(session.db(), reached, state)
    found = verbs.list_pairs(session.db(), reached, state, (number - 1) * PAGE, PAGE)
    merged = verbs.merges_of(session.db(), reached, session.now() - merging.UNDO_WITHIN)
    note_read(reach.project, "entity.list", details={"women": 2 * len(found) + len(merged)})
    values: dict[str, Any] = {"lines": [pair_line(one, names) for one in found], "state": state, "merged": merged}
    return values | {"page": pager(LIST, {"state": state if state != "open" else ""}, number, total)}


@pages.get(f"{LIST}/<{ID}:pair_id>")
def show_pair(pair_id: int) -> Response:
    return make_response(render_template("people/pair.html", **pair_facts(pair_id)))


@pages.post(f"{LIST}/<{ID}:pair_id>")
def uncover_pair(pair_id: int) -> Response:
    """Names, numbers and doors of both, to compare them: whoever looks is written down."""
    facts = pair_facts(pair_id)
    fields = ["display_name", "phone_safe", "door_code"]
    note_reveal(session.db(), session.caller(), facts["project"], session.now(), fields)
    found = traits_of(session.db(), facts["project"].id, [one["woman"].uuid for one in facts["sides"]], today())
    for side in facts["sides"]:
        side["shown"] = shown_of(found.get(side["woman"].uuid))
    return make_response(render_template("people/pair.html", **facts | {"uncovered": True}))


@pages.post(f"{LIST}/<{ID}:pair_id>/same")
def say_same(pair_id: int) -> Response:
    project, _reached, pair = load_pair(pair_id, "followup.update")
    kept, other = chosen(pair)
    try:
        made = merging.merge(session.db(), project, kept.uuid, other.uuid, require_person(), session.now())
        session.db().flush()
    except Problem as problem:
        return show_again("people/pair.html", problem, lambda: pair_facts(pair_id))
    undo = Undo(f"/people/merges/{made.id}/undo", {})
    return say(LIST, _("They count as one person now. Both histories are kept."), undo)


@pages.post(f"{LIST}/<{ID}:pair_id>/different")
def say_different(pair_id: int) -> Response:
    _project, _reached, pair = load_pair(pair_id, "followup.update")
    verbs.decide(session.db(), pair.row, "different", require_person(), session.now())
    return say(LIST, _("Remembered: they are two people."), Undo(f"{LIST}/{pair_id}/open", {}))


@pages.post(f"{LIST}/<{ID}:pair_id>/open")
def ask_again(pair_id: int) -> Response:
    _project, _reached, pair = load_pair(pair_id, "followup.update")
    verbs.decide(session.db(), pair.row, "open", require_person(), session.now())
    return say(LIST, _("It is asked again."))


@pages.post(f"/people/merges/<{ID}:merge_id>/undo")
def undo_merge(merge_id: int) -> Response:
    reach = reach_of("followup.update")
    reached = reached_by(session.caller(), reach.project, reach.today)
    row = merging.get_merge(session.db(), reach.project.id, merge_id)
    if not verbs.cares_for(session.db(), reached, row.kept_uuid):
        raise NotFound()
    try:
        merging.part(session.db(), reach.project, merge_id, require_person(), session.now())
    except NotParted as problem:
        return show_again("people/duplicates.html", problem, list_facts)
    return say(LIST, _("They are two people again, each with her own history."))


def load_pair(pair_id: int, verb: str) -> tuple[Project, Reach, Pair]:
    """Raises NotFound, also for a pair of whom the caller does not care for both."""
    reach = reach_of(verb)
    reached = reached_by(session.caller(), reach.project, reach.today)
    return reach.project, reached, verbs.get_pair(session.db(), reached, pair_id)


def chosen(pair: Pair) -> tuple[Woman, Woman]:
    """Whose number is kept, as the form says; and the other one. Raises UnexpectedValue."""
    keep, both = sent_text("keep", 36, required=True), (pair.first, pair.second)
    if keep not in {one.uuid for one in both}:
        raise UnexpectedValue(field="keep", value=keep, reason="it is none of the two")
    kept, other = sorted(both, key=lambda one: one.uuid != keep)
    return kept, other


def pair_facts(pair_id: int) -> dict[str, Any]:
    project, _reached, pair = load_pair(pair_id, "followup.read")
    names = reach_of("followup.read").shown_names
    sides = [side_of(one, names) for one in older_first(pair.first, pair.second)]
    for side in sides:
        note_read(project, "person.read", about=side["woman"].uuid)
    decided = pair.row.decided_at if pair.row.state == "different" else None
    values: dict[str, Any] = {"project": project, "pair": pair.row, "sides": sides, "decided": decided}
    return values | {"reasons": reasons_of(pair.row.reasons), "uncovered": False}


def shown_of(traits: Traits | None) -> dict[str, str]:
    """Name, phone and door as they are compared; "" for what is not kept."""
    if traits is None:
        return {}
    return {"name": traits.name, "phone": traits.phone, "door": traits.home.partition(":")[2]}


def side_of(woman: Woman, names: dict[str, str]) -> dict[str, Any]:
    """What both are compared by, covered; nothing of anybody's health."""
    first, last, count = verbs.contacts_of(session.db(), woman)
    return {
        "woman": woman,
        "village": names.get(woman.village_code, ""),
        "first": first,
        "last": last,
        "records": count,
        "consents": consents_side(consents_of(session.db(), woman.project_id, woman.uuid)),
        "shown": {},
    }
