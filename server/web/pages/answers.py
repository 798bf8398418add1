"""A record's answers as lines of label and value, in the form's order and the reader's language. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forms.instance import value_at
from forms.schema import Field, FormSchema, Node

HIDDEN = {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit"}
SPEAKING = ("binary", "geopoint", "geotrace", "geoshape")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SAME = object()


@dataclass(frozen=True)
class Words:
    """How answers read: the language, how a day is written, and names for what comes from files (by file, then by code).

    `unnamed` stands for somebody or something chosen from an entity list whose label the reader does not reach. What
    `covers` says of a question is written as COVER.
    """

    lang: str
    say_day: Callable[[date], str] = date.isoformat
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unnamed: str = ""
    covers: Callable[[Field], bool] = lambda _asked: False


COVER = "•••"


@dataclass(frozen=True)
class Answer:
    """One line. `before` is the answer of the version this one corrects, None when it is the same (or there is none).

    `covered` is the question's name where the answer is there and not shown, else "".
    """

    label: str
    value: str
    before: str | None = None
    covered: str = ""


def list_answers(
    schema: FormSchema, values: dict[str, Any], before: dict[str, Any] | None, words: Words
) -> list[Answer]:
    """What was answered; questions without an answer are left out, unless the answer was taken away."""
    return [answer for answer in walk(schema.tree, values, before, words, "") if answer.value or answer.before]


def chosen_entities(schema: FormSchema, *trees: dict[str, Any] | None) -> list[str]:
    """The uuids that answers chose from lists in files, so that their labels can be shown instead."""
    fields = [one for one in schema.fields if one.choices_from and schema.repeat_of(one.path) is None]
    answers = [value_at(tree, one.path) for tree in trees if tree for one in fields]
    return sorted({answer for answer in answers if isinstance(answer, str) and UUID.fullmatch(answer)})


def walk(node: Node, values: Any, before: Any, words: Words, prefix: str) -> Iterator[Answer]:
    values = values if isinstance(values, dict) else {}
    earlier = before if isinstance(before, dict) else None
    for child in node.nodes:
        asked = child.field
        if asked.name == "meta" or is_silent(child):
            continue
        value = values.get(asked.name)
        old = earlier.get(asked.name) if earlier is not None else SAME
        if asked.repeat:
            yield from walk_rows(child, value, old, words, prefix)
        elif asked.group:
            yield from walk(child, value, None if old is SAME else old or {}, words, prefix)
        else:
            yield answer_of(asked, value, old, words, prefix)


def is_silent(node: Node) -> bool:
    """What the phone noted or worked out by itself asked nobody anything: it has no words, and its number helps nobody."""
    asked = node.field
    is_leaf = not (asked.group or asked.repeat)
    return is_leaf and not asked.labels and (asked.name in HIDDEN or asked.type not in SPEAKING)


def walk_rows(node: Node, rows: Any, before: Any, words: Words, prefix: str) -> Iterator[Answer]:
    rows = rows if isinstance(rows, list) else []
    earlier = before if isinstance(before, list) else []
    for number, row in enumerate(rows, start=1):
        old = None if before is SAME else (earlier[number - 1] if number <= len(earlier) else {})
        yield from walk(node, row, old, words, f"{prefix}{label_of(node.field, words)} {number} · ")


def answer_of(asked: Field, value: Any, old: Any, words: Words, prefix: str) -> Answer:
    now = say_value(asked, value, words)
    then = now if old is SAME else say_value(asked, old, words)
    if (now or then) and words.covers(asked):
        return Answer(prefix + label_of(asked, words), COVER, None if then == now else COVER, asked.name)
    return Answer(prefix + label_of(asked, words), now, None if then == now else then)


def label_of(node_field: Field, words: Words) -> str:
    """The question in the reader's language, else in any, else its name."""
    return in_language(node_field.labels, words.lang) or node_field.name


def in_language(labels: dict[str, str], lang: str) -> str:
    return labels.get(lang) or labels.get("default") or labels.get("zh") or next(iter(labels.values()), "")


def say_value(asked: Field, value: Any, words: Words) -> str:
    """A stored answer in words: choices by their labels, codes from files by their names, days as this country writes them."""
    if value is None or value == "":
        return ""
    text = str(value)
    if asked.type == "date":
        return say_date(text, words)
    if asked.type == "geopoint":
        return say_point(text)
    known = choice_words(asked, words)
    parts = text.split() if asked.select_multiple else [text]
    return ("、" if words.lang == "zh" else ", ").join(
        known.get(part) or unlabelled(asked, part, words) for part in parts
    )


def unlabelled(asked: Field, code: str, words: Words) -> str:
    """A code that has no label here, as it was sent; an entity's uuid tells a reader nothing."""
    return words.unnamed or code if asked.choices_from and UUID.fullmatch(code) else code


def choice_words(asked: Field, words: Words) -> Mapping[str, str]:
    if asked.choices is None:
        return words.files.get(asked.choices_from or "", {})
    return {choice.name: in_language(choice.labels, words.lang) or choice.name for choice in asked.choices}


def say_date(text: str, words: Words) -> str:
    """An ISO date in words; anything else as it was sent."""
    try:
        return words.say_day(date.fromisoformat(text[:10]))
    except ValueError:
        return text


def say_point(text: str) -> str:
    """A point as latitude and longitude to about a metre, with the phone's accuracy; what is no point, as it was sent."""
    try:
        numbers = [float(part) for part in text.split()]
    except ValueError:
        return text
    if len(numbers) < 2:
        return text
    accuracy = f" ± {numbers[3]:.0f} m" if len(numbers) > 3 and numbers[3] > 0 else ""
    return f"{numbers[0]:.5f}, {numbers[1]:.5f}{accuracy}"
