"""The differences between two versions of a form as the desk shows them."""

from collections.abc import Sequence
from typing import Any

from forms.difference_words import KIND_WORDS, WEIGHT_WORDS, type_words, what_words
from forms.differences import WEIGHTS, Difference
from forms.excel_words import Line
from server.web import languages

BLOCKS = {"loses": "error", "careful": "warn", "harmless": "good"}  # how each weight looks
MOST_ROWS = 300  # of a kind; whoever changes more than that reads no list
ICONS = {"loses": "warning", "careful": "info", "harmless": "check"}


def groups_of(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """By weight, what loses data first, and in each by kind, so that the reason is told once."""
    groups = []
    for weight in WEIGHTS:
        kinds: dict[str, list[dict[str, Any]]] = {}
        for one in differences:
            if one.weight == weight:
                kinds.setdefault(one.kind, []).append(row_of(one))
        if kinds:
            groups.append(
                {**looks_of(weight), "count": sum(map(len, kinds.values())), "kinds": list(map(told, kinds.items()))}
            )
    return groups


def counts_of(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """How many there are of each weight that there is any of."""
    counts = ((weight, sum(one.weight == weight for one in differences)) for weight in WEIGHTS)
    return [{**looks_of(weight), "count": count} for weight, count in counts if count]


def looks_of(weight: str) -> dict[str, str]:
    return {"weight": weight, "word": in_language(WEIGHT_WORDS[weight]), "block": BLOCKS[weight], "icon": ICONS[weight]}


def told(kind: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    words, rows = KIND_WORDS[kind[0]], kind[1]
    shown, count = rows[:MOST_ROWS], len(rows)
    return {"what": in_language(words.what), "why": in_language(words.why), "rows": shown, "count": count}


def row_of(one: Difference) -> dict[str, Any]:
    """The question in both languages and its name, what changed, from what to what, and which others it holds for."""
    what = what_words(one)
    mine = "en" if languages.language_tag() == "en" else "zh"
    return {
        "labels": [one.labels[language] for language in sorted(one.labels, key=lambda each: (each != mine, each))],
        "name": one.name,
        "what": in_language(what) if what else "",
        "old": value_of(one.kind, one.old),
        "new": value_of(one.kind, one.new),
        "also": [path.rpartition("/")[2] for path in one.also],
    }


def value_of(kind: str, value: str | None) -> str | None:
    """What stood there: a type in words, all else as it was written."""
    is_type = kind in ("question_added", "question_removed", "type_changed")
    return in_language(type_words(value)) if is_type and value is not None else value


def in_language(line: Line) -> str:
    return line.en if languages.language_tag() == "en" else line.zh
