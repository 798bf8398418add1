"""What the pages of rules share: the project, its rules, and how one of them is written on a page."""

from dataclasses import dataclass
from typing import Any

from server.access.allow import allow, may
from server.errors import Forbidden, NotFound
from server.followups.rule_vocabulary import PROFILES
from server.followups.rule_words import lines_of
from server.followups.ruleset import Rule, may_be_switched_on, switched_on
from server.followups.signing import Signed
from server.followups.town_rules import FIRST_OF_A_TOWN, TownRules, rules_of
from server.models import Project
from server.publishing.library_choice import all_offers
from server.web import session
from server.web.pages.followup_words import in_language
from server.web.pages.shell import current_project, today
from server.web.pages.titles import say_form_title
from server.web.pages.why_words import MARKS, say_version


@dataclass(frozen=True)
class Book:
    """The rules of the project that is open. `newest` are those in force today, by id."""

    project: Project
    town: TownRules
    newest: dict[str, Rule]

    def get(self, rule: str) -> Rule:
        """The version in force. Raises NotFound."""
        if rule not in self.newest:
            raise NotFound()
        return self.newest[rule]

    def replaced(self) -> dict[str, str]:
        """The rules in the place of which another one stands today, each with the other's id."""
        return {name: rule.id for rule in switched_on(self.newest).values() for name in rule.replaces}


def open_book(*verbs: str) -> Book:
    """For who has one of the verbs. Raises Forbidden otherwise, and in a plain project, where nobody is visited by rules."""
    project = current_project()
    if not any(may(session.caller(), verb, project) for verb in verbs):
        allow(session.caller(), verbs[0], project)
    if project.kind != "care":
        raise Forbidden("Rules are for care projects. Ask your administrator to make this project one.")
    town = rules_of(session.db(), project.id)
    return Book(project, town, town.on(today()).newest)


def rights_in(project: Project) -> dict[str, bool]:
    who = session.caller()
    return {"may_edit": may(who, "rule.update", project), "may_sign": may(who, "rule.sign", project)}


def head_of(rule: Rule, signed: list[Signed]) -> dict[str, Any]:
    """What a list and a page say of a rule first."""
    return {
        "id": rule.id,
        "title": in_language(rule.title),
        "reason": in_language(rule.reason),
        "version": say_version(rule.version),
        "number": rule.version,
        "is_own": rule.version >= FIRST_OF_A_TOWN,
        "content_hash": rule.content_hash,
        "enabled": rule.enabled,
        "may_be_on": may_be_switched_on(rule),
        "profiles": [in_language(PROFILES[one]) for one in rule.profiles if one != "any"],
        "of_clinicians": rule.whose == "clinician",
        "marks": sorted({one.mark for one in rule.sources}),
        "signed": [{"name": one.name, "at": one.row.signed_at} for one in signed],
    }


def fields_of(rule: Rule) -> list[dict[str, Any]]:
    """Line by line; a form of the library is named by its title, not by its id."""
    titles = {one.form_id: say_form_title(one.title) for one in all_offers()}
    said = ((one.name, map(in_language, one.says)) for one in lines_of(rule))
    return [{"name": in_language(name), "says": [titles.get(words, words) for words in says]} for name, says in said]


def mark_words() -> dict[str, str]:
    return {mark: str(words) for mark, words in MARKS.items()}
