"""Which answers of a record can be looked for, and as which words: what a filter asks for and what an index keeps.

A word is an answer in the one form in which it is compared: the name of a choice, an ISO day, a whole number, or a short
text without its case. What people wrote at length, places and files have none.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from forms.schema import Field, FormSchema, Node

LONGEST: Final = 60
"""Letters of a text that is still looked for as a whole: a code, a name of a place."""
MOST_WORDS: Final = 400
"""Words of one range: a year of days and a little more."""


def list_words(schema: FormSchema, values: dict[str, Any]) -> list[tuple[str, str]]:
    """(path, word) of each answer in a tree of `forms.instance.read_values`; one twice where a repeat says it twice."""
    found: list[tuple[str, str]] = []
    _collect_words(schema.tree, values, found)
    return found


def _collect_words(node: Node, row: dict[str, Any], found: list[tuple[str, str]]) -> None:
    """One walk along the tree: to look each question up from its path costs several times as much.

    Each choice of several is a word; of what is too long or is no such value there is none.
    """
    for below in node.nodes:
        answer = row[below.name]
        if not answer:
            continue
        if below.nodes:
            for one in answer if below.repeat else (answer,):
                _collect_words(below, one, found)
        elif below.findable:
            asked = below.field
            if asked.select_multiple:
                found += [(asked.path, word) for word in answer.split()]
            elif word := word_of(asked, answer):
                found.append((asked.path, word))


def answers_at(values: Any, path: str) -> Iterator[str]:
    """What was answered at `/group/field`, in each row of the repeats around it."""
    name, _, rest = path.strip("/").partition("/")
    for row in values if isinstance(values, list) else [values]:
        below = row.get(name) if isinstance(row, dict) else None
        if rest:
            yield from answers_at(below, rest)
        elif isinstance(below, str):
            yield below


def word_of(asked: Field, answer: str) -> str | None:
    """None for an answer that is not what the question's type says, which is kept all the same but cannot be looked for."""
    text = answer.strip()
    if asked.type in ("date", "dateTime"):
        return read_day(text)
    if asked.type == "int":
        return read_whole(text)
    if asked.choices is not None:
        return text or None
    return text.casefold() if 0 < len(text) <= LONGEST else None


def words_between(asked: Field, first: str, last: str) -> list[str] | None:
    """Every word from first to last, both included, of a day or a whole number; None where that is no range, or a long one."""
    low, high = word_of(asked, first), word_of(asked, last)
    if low is None or high is None:
        return None
    if asked.type in ("date", "dateTime"):
        begin, days = date.fromisoformat(low), (date.fromisoformat(high) - date.fromisoformat(low)).days
        return [(begin + timedelta(n)).isoformat() for n in range(days + 1)] if 0 <= days < MOST_WORDS else None
    if asked.type == "int":
        return [str(n) for n in range(int(low), int(high) + 1)] if 0 <= int(high) - int(low) < MOST_WORDS else None
    return None


def read_day(text: str) -> str | None:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def read_whole(text: str) -> str | None:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        return None
    return f"{sign}{int(digits)}" if int(digits) else "0"
