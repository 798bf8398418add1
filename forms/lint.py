"""The rights linter: does a form ask what may never be asked?

It reads every word of a form that a person or a program would see: its name and title, the names and labels of fields
and choices, hints and messages in every language, entity lists and their properties. And it reads two things of the
form's build: properties that a list about women does not hold, and choices that are none. Source: domain.md 6.5.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from forms.lint_terms import (
    FORCED_CHOICE,
    KNOWN_PROPERTIES,
    LISTS_WITHOUT_PLACE,
    NO_PLACE,
    PLACE,
    RULES,
    UNKNOWN_PROPERTY,
    Rule,
    Severity,
)
from forms.xform import XForm

REMEMBERED = 4000  # words; a form has some hundreds

_BETWEEN = re.compile(r"[\s_\-·.,，。、/\\*]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_LETTER = re.compile(r"[^a-z]+")
_FREE_TEXTS = re.compile(r":(?:hint|guidance_hint|guidance)$")

_CHINESE = [(re.compile(pattern), rule) for rule in RULES for pattern in rule.chinese]
_NAMES = [
    (name.replace("_", ""), re.compile(f"_{name.replace('_', '_?')}_"), name, rule)
    for rule in RULES
    for name in rule.names
]
_JOINED = [(re.compile(pattern), rule) for rule in RULES for pattern in rule.joined]


class Finding(NamedTuple):
    """One term found. `term` says what, `path` where: a field's path, the name of an entity list, or "" for the form.

    `forbidden` prevents publishing in a care project. `sentence` is the text that holds the term. `waivable`: a text to
    read, a note or a hint, in which a term may be quoted; a question, a choice or a name is none.
    """

    path: str
    term: str
    severity: Severity
    reason_zh: str
    reason_en: str
    sentence: str = ""
    waivable: bool = False


class Words(NamedTuple):
    """Some words of a form, where they stand, and whether they are a text that is only read."""

    path: str
    text: str
    is_free: bool = False


def lint(form: XForm) -> list[Finding]:
    """What in this form breaks a red line or may hurt, each term once a sentence, in the form's order."""
    found = [find_in(words, term, rule) for words in _words_of(form) for term, rule in terms_in(words.text)]
    found += [find_in(Words(path, answer), answer, FORCED_CHOICE) for path, answer in form.forced.items()]
    for use in form.datasets:
        found += lint_properties(use.name, use.properties)
    return list(dict.fromkeys(found))


def lint_properties(dataset: str, properties: Iterable[str]) -> list[Finding]:
    """A place among the properties of a list about women's health, or one that the list does not hold.

    In whatever case of letters they are written.
    """
    name = dataset.lower()
    if name not in LISTS_WITHOUT_PLACE:
        return []
    wrong = [(one, NO_PLACE if one.lower() == PLACE else UNKNOWN_PROPERTY) for one in properties]
    return [find_in(Words(dataset, one), one, rule) for one, rule in wrong if one not in KNOWN_PROPERTIES[name]]


def find_in(words: Words, term: str, rule: Rule) -> Finding:
    waivable = words.is_free and rule.severity == "forbidden"
    return Finding(words.path, term, rule.severity, rule.reason_zh, rule.reason_en, words.text, waivable)


def _words_of(form: XForm) -> Iterator[Words]:
    yield Words("", form.form_id)
    yield Words("", form.title or "")
    for field in form.schema.fields:
        yield Words(field.path, field.name)
        yield from (Words(field.path, label, field.path in form.notes) for label in field.labels.values())
        for choice in field.choices or ():
            yield Words(field.path, choice.name)
            yield from (Words(field.path, label) for label in choice.labels.values())
    for phrase in form.phrases:
        path = phrase.where.removeprefix("/" + form.schema.root).partition(":")[0]
        yield Words(path, phrase.text, path in form.notes or bool(_FREE_TEXTS.search(phrase.where)))
    for use in form.datasets:
        yield from (Words("", word) for word in (use.name, *use.properties))


@lru_cache(REMEMBERED)
def terms_in(words: str) -> tuple[tuple[str, Rule], ...]:
    """The terms of our list in some words, each with the rule that it breaks.

    Remembered, since a form is read when it is uploaded, when it is published and when its words are quoted, and languages
    and choice lists say the same again.
    """
    return tuple(_search(words))


def might_hold(words: Iterable[str]) -> bool:
    """False where none of these words holds a term: they are looked at all at once, which is quicker by far.

    A letter stands between them, since what follows a term may make it another word ("birthquotation").
    """
    return any(_search("\0q\0".join(words)))


def _search(words: str) -> Iterator[tuple[str, Rule]]:
    plain = unicodedata.normalize("NFKC", words)
    plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    joined = _BETWEEN.sub("", plain)
    for pattern, rule in _CHINESE:
        if match := pattern.search(joined):
            yield match[0], rule
    yield from _search_name(plain)


def _search_name(plain: str) -> Iterator[tuple[str, Rule]]:
    """In English and pinyin, its tones left out: word by word, however the words are told apart or put together."""
    letters = "".join(one for one in unicodedata.normalize("NFD", plain) if unicodedata.category(one) != "Mn")
    name = "_" + _NOT_A_LETTER.sub("_", _CAMEL.sub("_", letters).lower()).strip("_") + "_"
    run, told = name.replace("_", ""), set[Rule]()
    for in_a_run, pattern, term, rule in _NAMES:
        if in_a_run in run and pattern.search(name):
            told.add(rule)
            yield term, rule
    for pattern, rule in _JOINED:
        if rule not in told and (match := pattern.search(run)):
            told.add(rule)
            yield match[0], rule
