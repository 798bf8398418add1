"""The town's own version of a rule: its text, what is wrong with it, trying it on live data, publishing it."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.errors import MissingParameter, NotFound, Problem
from server.followups.rule_drafts import (
    change_draft,
    discard_draft,
    find_draft,
    get_draft,
    make_draft,
    publish_draft,
    read_draft,
    was_tried,
)
from server.followups.rule_fields import RuleInvalid
from server.followups.rule_runs import SIMULATE, last_run, start_run
from server.followups.rule_text import line_of_field
from server.followups.ruleset import Rule
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.rule_facts import Book, head_of, open_book, rights_in
from server.web.pages.rule_numbers import numbers_of
from server.web.pages.rules import RULE, changes_of
from server.web.pages.sent import ID
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

DRAFT = f"{RULE}/draft"
TRY = f"{RULE}/try/<{ID}:version>"
LONGEST = 40_000
PAGE = "rules/draft.html"


@pages.post(DRAFT)
def begin_rule_draft(rule: str) -> Response:
    book = open_book("rule.update")
    row = make_draft(session.db(), book.project, rule, require_person(), session.now())
    return say(f"/rules/{row.rule}/draft", _("A draft. Nothing follows from it until it is published."))


@pages.get(DRAFT)
def show_rule_draft(rule: str) -> Response:
    book = open_book("rule.update", "rule.sign")
    return make_response(render_template(PAGE, **draft_facts(book, rule)))


def draft_facts(book: Book, rule: str) -> dict[str, Any]:
    row = get_draft(session.db(), book.project.id, rule)
    draft = read_draft(row)
    return {
        "rule": head_of(draft, []),
        "text": row.text,
        "changes": changes_of(book.get(rule), draft),
        "made_at": row.made_at,
        "wrong": None,
        **rights_in(book.project),
    }


@pages.post(f"{DRAFT}/text")
def store_rule_draft(rule: str) -> Response:
    book = open_book("rule.update")
    text = request.form.get("text", "").replace("\r\n", "\n")
    try:
        if not text.strip():
            raise MissingParameter(field="text")
        row = get_draft(session.db(), book.project.id, rule)
        change_draft(session.db(), row, text[: LONGEST + 1], require_person(), session.now())
    except Problem as problem:
        typed = {"text": text, "wrong": wrong_in(text, problem) if isinstance(problem, RuleInvalid) else None}
        return show_again(PAGE, problem, lambda: {**draft_facts(book, rule), **typed})
    return say(f"/rules/{rule}/draft", _("Stored. It says what it changes below."))


def wrong_in(text: str, problem: RuleInvalid) -> dict[str, Any]:
    """Where it is wrong: the field, its line in the text, and the line itself."""
    field, line = str(problem.details["field"]), problem.details.get("line")
    number = line if isinstance(line, int) else line_of_field(text, field)
    lines = text.split("\n")
    shown = lines[number - 1] if number and number <= len(lines) else ""
    return {
        "field": field,
        "line": number,
        "text": shown.strip()[:160],
        "reason": say_reason(str(problem.details["reason"])),
    }


def say_reason(reason: str) -> str:
    return _(reason) if reason and "%" not in reason else reason


@pages.post(f"{DRAFT}/discard")
def throw_rule_draft_away(rule: str) -> Response:
    book = open_book("rule.update")
    discard_draft(session.db(), get_draft(session.db(), book.project.id, rule), require_person(), session.now())
    return say(f"/rules/{rule}", _("The draft is thrown away."))


@pages.post(f"{DRAFT}/publish")
def publish_rule(rule: str) -> Response:
    book = open_book("rule.update")
    db, row = session.db(), get_draft(session.db(), book.project.id, rule)
    publish_draft(db, book.project, row, today(), require_person(), session.now())
    return say(f"/rules/{rule}", _("Published. New visits go by it; open ones keep their version until you move them."))


@pages.get(TRY)
def show_simulation(rule: str, version: int) -> Response:
    book = open_book("rule.update", "rule.sign")
    tried = tried_rule(book, rule, version)
    run = last_run(session.db(), book.project.id, SIMULATE, tried.id, tried.version)
    draft = find_draft(session.db(), book.project.id, rule)
    is_draft = draft is not None and draft.version == version
    return make_response(
        render_template(
            "rules/try.html",
            rule=head_of(tried, []),
            is_draft=is_draft,
            may_publish=is_draft and draft is not None and was_tried(session.db(), draft, session.now()),
            is_current=run is not None and run.content_hash == tried.content_hash,
            run=run,
            is_off=not book.get(rule).enabled,
            **numbers_of(book.project, run),
            **rights_in(book.project),
        )
    )


def tried_rule(book: Book, rule: str, version: int) -> Rule:
    """A version that the town has, or its draft. Raises NotFound."""
    found = book.town.find(rule, version)
    if found is None:
        row = find_draft(session.db(), book.project.id, rule)
        found = read_draft(row) if row is not None and row.version == version else None
    if found is None:
        raise NotFound()
    return found


@pages.post(TRY)
def simulate_rule(rule: str, version: int) -> Response:
    book = open_book("rule.update")
    tried = tried_rule(book, rule, version)
    start_run(session.db(), book.project, SIMULATE, tried, today(), require_person(), session.now())
    return say(f"/rules/{rule}/try/{version}", _("It is being worked out; nothing is changed by it."))
