"""The rights desk: what women asked of their own data, until when it is to be answered, and doing it."""

from typing import Any

from flask import Response, after_this_request, make_response, redirect, render_template, request

from server.access.allow import Scope, allow, may, scope_of
from server.access.feedback_officers import is_officer
from server.access.profiles import find_actors
from server.access.restricted import is_restricted
from server.errors import MissingParameter, NotFound, Problem, UnexpectedValue
from server.followups.restricting import keep_unused, use_again
from server.models import Project, RightsRequest
from server.registry import rights_desk
from server.registry.emptying import delete_files
from server.registry.erasing import erase_person, plan_erasure
from server.registry.overwriting import overwrite_deleted
from server.registry.own_given import name_records
from server.registry.restriction import since
from server.registry.retention import backups_until
from server.registry.sealing import stand_in_line
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.rights_words import KIND_WORDS, WISH_WORDS, outcome_word, report_lines, say_due
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say
from server.web.readings import note_read


def desk(verb: str) -> tuple[Project, Scope | None]:
    """The care project that is open, and whose requests the caller reaches: None is everybody's.

    Raises Forbidden without the right, NotFound in a plain project.
    """
    project = current_project()
    allow(session.caller(), verb, project)
    if project.kind != "care":
        raise NotFound()
    whole = may(session.caller(), "rights.erase", project)
    return project, None if whole else scope_of(session.caller(), project)


@pages.get("/rights")
def list_rights() -> Response:
    project, scope = desk("rights.list")
    state = rights_desk.DONE if request.args.get("state") == rights_desk.DONE else rights_desk.OPEN
    return make_response(render_template("rights/list.html", **list_facts(project, scope, state)))


def list_facts(project: Project, scope: Scope | None, state: str = rights_desk.OPEN) -> dict[str, Any]:
    db, number = session.db(), page_asked()
    counts = {
        one: rights_desk.count_requests(db, project.id, scope, one) for one in (rights_desk.OPEN, rights_desk.DONE)
    }
    found = rights_desk.list_requests(db, project.id, scope, state, (number - 1) * PAGE, PAGE)
    note_read(project, "entity.list", details={"requests": len(found)})
    return {
        "requests": [row_of(one, label) for one, label in found],
        "state": state,
        "counts": counts,
        "kinds": KIND_WORDS,
        "page": pager("/rights", {"state": state if state == rights_desk.DONE else ""}, number, counts[state]),
        "can_create": may(session.caller(), "rights.create", project),
        "can_hear": is_officer(db, session.caller(), project),
        "can_retain": may(session.caller(), "rights.erase", project),
    }


def row_of(one: RightsRequest, label: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": label or _("(removed)"),
        "kind": KIND_WORDS[one.kind],
        "received_at": one.received_at,
        "due": say_due(one, session.now()),
        "late": rights_desk.is_late(one, session.now()),
        "closed_at": one.closed_at,
        "outcome": outcome_word(one.outcome),
        "by_phone": one.submission_id is not None,
        "wish": WISH_WORDS.get(one.wish or "", ""),
        "herself": one.kind == rights_desk.CONTACT and one.opened_by_id is None,
    }


@pages.post("/rights")
def take_request() -> Response:
    """Takes what she asked for, by the code on her card."""
    project, scope = desk("rights.create")
    try:
        code = sent_text("code", 40, required=True)
        women = rights_desk.find_by_code(session.db(), project.id, scope, code)
        if len(women) != 1:
            raise NotFound("Nobody in the list has the code {code}, or it is there twice.", code=code)
        kind = sent_text("kind", 20, required=True)
        made = rights_desk.open_request(session.db(), project.id, kind, women[0], require_person(), session.now())
    except Problem as problem:
        typed = {name: request.form.get(name, "")[:40] for name in ("code", "kind")}
        return show_again("rights/list.html", problem, lambda: list_facts(project, scope), **typed)
    return redirect(f"/rights/{made.id}", 303)  # type: ignore[return-value]


@pages.get(f"/rights/<{ID}:request_id>")
def show_request(request_id: int) -> Response:
    project, scope = desk("rights.read")
    found = rights_desk.get_request(session.db(), project.id, scope, request_id)
    if found.subject is not None:
        note_read(project, "person.read", about=found.subject)
    return make_response(render_template("rights/one.html", **facts_of(project, found)))


def facts_of(project: Project, found: RightsRequest) -> dict[str, Any]:
    db, who = session.db(), session.caller()
    labels = rights_desk.labels_of(db, project.id, [found.subject] if found.subject else [])
    people = find_actors(db, {found.opened_by_id, found.closed_by_id})
    facts: dict[str, Any] = {
        "wish": {**row_of(found, labels.get(found.subject or "", "")), "kind_name": found.kind, "state": found.state},
        "opened_by": name_of(people, found.opened_by_id),
        "closed_by": name_of(people, found.closed_by_id),
        "report": report_lines(found),
        "can_close": may(who, "rights.update", project) and found.state == rights_desk.OPEN,
        "can_erase": may(who, "rights.erase", project) and found.state == rights_desk.OPEN,
    }
    if found.subject is None or found.state != rights_desk.OPEN:
        return facts
    if found.kind == rights_desk.RESTRICTION:
        facts["unused_since"] = since(db, project.id, found.subject)
    if found.kind == rights_desk.CORRECTION:
        ids = plan_erasure(db, project.id, found.subject).records
        facts["records"] = [{"id": number, "name": name, "at": at} for number, name, at in name_records(db, ids)]
    if found.kind == rights_desk.ERASURE:
        facts["plan"] = report_lines_of_plan(project, found.subject)
    return facts


def name_of(people: Any, actor_id: int | None) -> str:
    person = people.get(actor_id) if actor_id is not None else None
    return person.display_name if person else ""


def report_lines_of_plan(project: Project, woman: str) -> list[tuple[str, str]]:
    """What an erasure would take, as it stands now."""
    plan = plan_erasure(session.db(), project.id, woman)
    return report_lines(None, {**plan.report, "backups_until": last_backup_day()})


def last_backup_day() -> str:
    return backups_until(session.config().data_dir / "backups", session.now()).isoformat()


@pages.post(f"/rights/<{ID}:request_id>/close")
def close_request(request_id: int) -> Response:
    project, scope = desk("rights.update")
    found = rights_desk.get_request(session.db(), project.id, scope, request_id)
    outcome = sent_text("outcome", 20, required=True)
    if outcome not in rights_desk.BY_WORD[found.kind]:
        reason = "the request is closed, or knows no such end"
        raise UnexpectedValue(field="outcome", value=outcome, reason=reason)
    rights_desk.close_request(session.db(), found, outcome, require_person(), session.now())
    return say(f"/rights/{request_id}", _("Written down: it is answered."))


@pages.post(f"/rights/<{ID}:request_id>/restrict")
def change_use(request_id: int) -> Response:
    """Keeps her data unused, or uses them again: what the request's button says."""
    project, scope = desk("rights.update")
    found, me = get_wish(project, scope, request_id, rights_desk.RESTRICTION), require_person()
    woman, db = str(found.subject), session.db()
    again = is_restricted(db, project.id, woman)
    (use_again if again else keep_unused)(db, project, woman, me, session.now())
    rights_desk.close_request(db, found, "done", me, session.now())
    said = _("Her data are used again.") if again else _("Her data are kept and not used from now on.")
    return say(f"/rights/{request_id}", said)


@pages.post(f"/rights/<{ID}:request_id>/erase")
def erase(request_id: int) -> Response:
    """Removes her for good. The files go once the database has let them go; nothing of it can be undone."""
    project, scope = desk("rights.erase")
    stand_in_line(session.db(), project.id)  # a record of hers that arrives just now is found, or finds her removed
    found, me = get_wish(project, scope, request_id, rights_desk.ERASURE), require_person()
    if request.form.get("sure") != "yes":
        missing = MissingParameter(field=_("the tick that she herself asked for it"))
        return show_again("rights/one.html", missing, lambda: again_facts(project, scope, request_id))
    db, now = session.db(), session.now()
    plan = plan_erasure(db, project.id, str(found.subject))
    report = {**plan.report, "backups_until": last_backup_day()}
    rights_desk.close_request(db, found, "done", me, now, report)
    files = erase_person(db, plan, me, now).files
    after_this_request(lambda answer: clean_up(answer, files))
    return say(f"/rights/{request_id}", _("She is removed. The report stays here, without anything of hers."))


def again_facts(project: Project, scope: Scope | None, request_id: int) -> dict[str, Any]:
    return facts_of(project, rights_desk.get_request(session.db(), project.id, scope, request_id))


def clean_up(answer: Response, files: set[str]) -> Response:
    """After the commit, when nobody of this request reads any more: files that no row speaks of, and pages as they were."""
    session.close()
    delete_files(session.database(), session.blobs(), files, session.now())
    overwrite_deleted(session.database())
    return answer


def get_wish(project: Project, scope: Scope | None, request_id: int, kind: str) -> RightsRequest:
    """An open request of this kind. Raises NotFound for any other."""
    found = rights_desk.get_request(session.db(), project.id, scope, request_id)
    if found.kind != kind or found.state != rights_desk.OPEN or found.subject is None:
        raise NotFound()
    return found
