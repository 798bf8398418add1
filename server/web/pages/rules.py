"""The rules by which visits are due: all of them, one with its history and its signatures, signing, and the switch."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access.allow import allow
from server.errors import NotFound, UnexpectedValue
from server.followups.migrating import rules_behind
from server.followups.rule_drafts import drafts_of, find_draft
from server.followups.rule_runs import runs_under_way
from server.followups.rule_words import differences
from server.followups.ruleset import Rule
from server.followups.signing import history_of, sign_rule, signatures_of, withdraw_signature
from server.followups.switching import switch_rule
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import in_language
from server.web.pages.office_signing import find_office_rule, page_of
from server.web.pages.rule_facts import Book, fields_of, head_of, mark_words, open_book, rights_in
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say
from server.web.pages.why_words import say_version

RULE = "/rules/<rule>"


@pages.get("/rules")
def list_rules() -> Response:
    book = open_book("rule.read")
    values = {"rules": lines_of(book), "marks": mark_words(), **rights_in(book.project)}
    return make_response(render_template("rules/list.html", **values))


def lines_of(book: Book) -> list[dict[str, Any]]:
    db, project = session.db(), book.project
    signed = signatures_of(db, project.id, book.newest.values())
    drafts, behind = drafts_of(db, project.id), rules_behind(db, project, today())
    replaced = book.replaced()
    return [
        {
            **head_of(rule, signed.get((rule.id, rule.version), [])),
            "has_draft": rule.id in drafts,
            "is_behind": rule.id in behind,
            "replaced_by": replaced.get(rule.id),
        }
        for rule in sorted(book.newest.values(), key=lambda one: one.id)
    ]


@pages.get(RULE)
def show_rule(rule: str) -> Response:
    book = open_book("rule.read")
    return make_response(render_template("rules/rule.html", **facts_of(book, asked_version(book, rule))))


def asked_version(book: Book, rule: str) -> Rule:
    """`?version=`, or the one in force. Raises NotFound."""
    asked = request.args.get("version", "")
    if not asked:
        return book.get(rule)
    found = book.town.find(rule, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    if found is None:
        raise NotFound()
    return found


def facts_of(book: Book, rule: Rule) -> dict[str, Any]:
    db, project = session.db(), book.project
    signed = signatures_of(db, project.id, [rule]).get((rule.id, rule.version), [])
    behind = rules_behind(db, project, today()).get(rule.id)
    me = session.caller().actor_id
    return {
        "rule": {**head_of(rule, signed), "replaced_by": book.replaced().get(rule.id)},
        "fields": fields_of(rule),
        "versions": versions_of(book, rule),
        "is_in_force": book.newest.get(rule.id) is rule,
        "signatures": [signature_line(one) for one in history_of(db, project.id, rule.id)],
        "mine": next((one.row.id for one in signed if one.row.signed_by_id == me), None),
        "has_draft": find_draft(db, project.id, rule.id) is not None,
        "behind": sum(behind.villages.values()) if behind else 0,
        "runs": [one for one in runs_under_way(db, project.id) if one.rule == rule.id],
        **rights_in(project),
    }


def versions_of(book: Book, shown: Rule) -> list[dict[str, Any]]:
    """The newest first, each with what it changed in the one before it."""
    ordered = [one for one in book.town.every if one.id == shown.id]
    before = [None, *ordered[:-1]]
    return [
        {
            "number": one.version,
            "version": say_version(one.version),
            "from_day": one.effective_from,
            "is_shown": one is shown,
            "is_in_force": book.newest.get(one.id) is one,
            "changes": changes_of(earlier, one) if earlier else [],
        }
        for earlier, one in reversed(list(zip(before, ordered, strict=True)))
    ]


def changes_of(before: Rule, after: Rule) -> list[dict[str, Any]]:
    return [
        {
            "name": in_language(one.name),
            "before": [in_language(word) for word in one.before],
            "after": [in_language(word) for word in one.after],
        }
        for one in differences(before, after)
    ]


def signature_line(one: Any) -> dict[str, Any]:
    row = one.row
    return {
        "name": one.name,
        "version": say_version(row.version),
        "hash": row.content_hash[:12],
        "at": row.signed_at,
        "withdrawn_at": row.withdrawn_at,
    }


@pages.post(f"{RULE}/sign")
def sign_version(rule: str) -> Response:
    """What was read is signed: the page carries the hash of the very words that it showed."""
    book, version = open_book("rule.sign"), sent_id("version")
    found = book.town.find(rule, version) or find_office_rule(rule, version)
    if found is None:
        raise NotFound()
    sign_rule(session.db(), book.project, found, sent_text("content_hash", 64), require_person(), session.now())
    return say(page_of(found.id, found.version), _("Signed. Your name stands beside what it asks for."))


@pages.post(f"/rules/signatures/<{ID}:signature_id>/withdraw")
def take_signature_back(signature_id: int) -> Response:
    book = open_book("rule.sign")
    row = withdraw_signature(session.db(), book.project, signature_id, require_person(), session.now())
    return say(page_of(row.rule, row.version), _("Your signature is taken back. That it stood is kept."))


@pages.post(f"{RULE}/switch")
def switch_on_or_off(rule: str) -> Response:
    book = open_book("rule.update")
    allow(session.caller(), "rule.update", book.project)
    wanted = request.form.get("enabled", "")
    if wanted not in ("yes", "no"):
        raise UnexpectedValue(field="enabled", value=wanted[:20], reason="it is neither yes nor no")
    switch_rule(
        session.db(), book.project, book.get(rule).id, wanted == "yes", today(), require_person(), session.now()
    )
    words = (
        _("Switched on. Everybody is looked at.") if wanted == "yes" else _("Switched off. What was open of it ends.")
    )
    return say(f"/rules/{rule}", words)
