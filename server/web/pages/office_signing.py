"""The rules of the office on its page: what each says, who signed it, and what a clinician of the town signs or takes back."""

from typing import Any, Final

from server.access.allow import may
from server.followups.office_rules import OfficeRule, shipped_office_rules
from server.followups.office_words import lines_of
from server.followups.signing import Signed, signatures_of
from server.models import Project
from server.web import session
from server.web.pages.followup_words import in_language
from server.web.pages.why_words import say_version

HERE: Final = "/office"


def rules_of_office(project: Project) -> dict[str, Any]:
    """One question, whatever the number of rules and signatures."""
    rules = shipped_office_rules()
    signed = signatures_of(session.db(), project.id, rules.values())
    lines = [rule_line(rules[name], signed.get((name, rules[name].version), [])) for name in sorted(rules)]
    return {"rules": lines, "may_sign": may(session.caller(), "rule.sign", project)}


def rule_line(rule: OfficeRule, signed: list[Signed]) -> dict[str, Any]:
    me = session.caller().actor_id
    return {
        "id": rule.id,
        "number": rule.version,
        "version": say_version(rule.version),
        "content_hash": rule.content_hash,
        "title": in_language(rule.title),
        "reason": in_language(rule.reason),
        "says": [
            (in_language(one.name), [in_language(each) for each in one.says]) for one in lines_of(rule) if one.says
        ],
        "signed": [{"name": one.name, "at": one.row.signed_at} for one in signed],
        "mine": next((one.row.id for one in signed if one.row.signed_by_id == me), None),
    }


def find_office_rule(rule: str, version: int) -> OfficeRule | None:
    found = shipped_office_rules().get(rule)
    return found if found and found.version == version else None


def page_of(rule: str, version: int) -> str:
    """Where that version of a rule is shown: of the office, or of visits."""
    return HERE if rule in shipped_office_rules() else f"/rules/{rule}?version={version}"
