"""The rights linter: does a form ask what may never be asked?

It reads every word of a form that a person or a program would see: its name and title, the names and labels of fields
and choices, hints and messages in every language, entity lists and their properties.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forms.lint_terms import LISTS_WITHOUT_PLACE, NO_PLACE, PLACE, RULES, Rule, Severity
from forms.xform import XForm

_BETWEEN = re.compile(r"[\s_\-·.,，。、/\\*]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_LETTER = re.compile(r"[^a-z]+")

_CHINESE = [(re.compile(pattern), rule) for rule in RULES for pattern in rule.chinese]
_NAMES = [(f"_{name}_", rule) for rule in RULES for name in rule.names]


class Finding(NamedTuple):
    """One term found. `term` says what, `path` where: a field's path, the name of an entity list, or "" for the form.

    `forbidden` prevents publishing in a care project.
    """

    path: str
    term: str
    severity: Severity
    reason_zh: str
    reason_en: str


def lint(form: XForm) -> list[Finding]:
    """What in this form breaks a red line or may hurt, each term once a place, in the form's order."""
    found = [_finding(where, term, rule) for where, words in _words_of(form) for term, rule in _terms_in(words)]
    for use in form.datasets:
        found += lint_properties(use.name, use.properties)
    return list(dict.fromkeys(found))


def lint_properties(dataset: str, properties: Iterable[str]) -> list[Finding]:
    """A place among the properties of a list about women's health, in whatever case of letters it is written."""
    if dataset.lower() not in LISTS_WITHOUT_PLACE:
        return []
    return [_finding(dataset, name, NO_PLACE) for name in properties if name.lower() == PLACE]


def _finding(where: str, term: str, rule: Rule) -> Finding:
    return Finding(where, term, rule.severity, rule.reason_zh, rule.reason_en)


def _words_of(form: XForm) -> Iterator[tuple[str, str]]:
    yield "", form.form_id
    yield "", form.title or ""
    for field in form.schema.fields:
        yield field.path, field.name
        yield from ((field.path, label) for label in field.labels.values())
        for choice in field.choices or ():
            yield field.path, choice.name
            yield from ((field.path, label) for label in choice.labels.values())
    for phrase in form.phrases:
        yield phrase.where.removeprefix("/" + form.schema.root).partition(":")[0], phrase.text
    for use in form.datasets:
        yield from (("", word) for word in (use.name, *use.properties))


def _terms_in(words: str) -> Iterator[tuple[str, Rule]]:
    plain = unicodedata.normalize("NFKC", words)
    plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    joined = _BETWEEN.sub("", plain)
    for pattern, rule in _CHINESE:
        if match := pattern.search(joined):
            yield match[0], rule
    name = "_" + _NOT_A_LETTER.sub("_", _CAMEL.sub("_", plain).lower()).strip("_") + "_"
    for term, rule in _NAMES:
        if term in name:
            yield term.strip("_"), rule
