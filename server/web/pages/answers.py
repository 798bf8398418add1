"""A record's answers as lines of label and value, in the form's order and the reader's language. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.schema import Field, FormSchema, Node

HIDDEN = {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit"}
SAME = object()


@dataclass(frozen=True)
class Answer:
    """One line. `before` is the answer of the version this one corrects, None when it is the same (or there is none)."""

    label: str
    value: str
    before: str | None = None


def list_answers(schema: FormSchema, values: dict[str, Any], before: dict[str, Any] | None, lang: str) -> list[Answer]:
    """What was answered; questions without an answer are left out, unless the answer was taken away."""
    return [answer for answer in walk(schema.tree, values, before, lang, "") if answer.value or answer.before]


def walk(node: Node, values: Any, before: Any, lang: str, prefix: str) -> Iterator[Answer]:
    values = values if isinstance(values, dict) else {}
    earlier = before if isinstance(before, dict) else None
    for child in node.nodes:
        field = child.field
        if field.name == "meta" or field.name in HIDDEN:
            continue
        old = earlier.get(field.name) if earlier is not None else SAME
        if field.repeat:
            yield from walk_rows(child, values.get(field.name), old, lang, prefix)
        elif field.group:
            yield from walk(child, values.get(field.name), None if old is SAME else old or {}, lang, prefix)
        elif field.labels or values.get(field.name):
            yield answer_of(field, values.get(field.name), old, lang, prefix)


def walk_rows(node: Node, rows: Any, before: Any, lang: str, prefix: str) -> Iterator[Answer]:
    rows = rows if isinstance(rows, list) else []
    earlier = before if isinstance(before, list) else []
    for number, row in enumerate(rows, start=1):
        old = None if before is SAME else (earlier[number - 1] if number <= len(earlier) else {})
        yield from walk(node, row, old, lang, f"{prefix}{label_of(node.field, lang)} {number} · ")


def answer_of(field: Field, value: Any, old: Any, lang: str, prefix: str) -> Answer:
    now = say_value(field, value, lang)
    then = now if old is SAME else say_value(field, old, lang)
    return Answer(prefix + label_of(field, lang), now, None if then == now else then)


def label_of(field: Field, lang: str) -> str:
    """The question in the reader's language, else in any, else its name."""
    return in_language(field.labels, lang) or field.name


def in_language(labels: dict[str, str], lang: str) -> str:
    return labels.get(lang) or labels.get("default") or labels.get("zh") or next(iter(labels.values()), "")


def say_value(field: Field, value: Any, lang: str) -> str:
    """A stored answer in words: choices by their labels, several of them with a mark between."""
    if value is None or value == "":
        return ""
    text = str(value)
    if field.choices is None:
        return text
    words = {choice.name: in_language(choice.labels, lang) or choice.name for choice in field.choices}
    if not field.select_multiple:
        return words.get(text, text)
    return ("、" if lang == "zh" else ", ").join(words.get(part, part) for part in text.split())
