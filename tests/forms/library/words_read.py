"""What stands on a phone's screens on the way through a form, in each of its languages: all there, and each in its own.

Collect shows the default language's words where a translation is missing, pyxform writes "-": neither breaks anything, so
nobody hears of it but who reads the other language.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ZH, EN = "中文 (zh)", "English (en)"
CJK: Final = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]")
LATIN: Final = re.compile(r"[A-Za-z][A-Za-z-]*")
MARKUP: Final = re.compile(r"<[^>]*>|\]\(tel:[^)]*\)")
TERMS: Final = frozenset(("B", "DMPA", "NET-EN", "A-", "W-"))
"""What stands in Latin letters in the midst of Chinese: B超, the names of two injections, how codes begin."""
IN_BOTH: Final = "（镇里还没有填 / not filled in yet）"
"""A calculation knows no language: what stands for the clinics' numbers while the town has none."""
SPOKEN: Final = "consent_texts"
"""The list of what is read out to her: its words are in a language like the form's own."""

Words = Mapping[str, Sequence[Mapping[str, str | None]]]


def faults_of(words: Words, data: Iterable[str] = ()) -> list[str]:
    """What is missing or in another language, as `language name kind: text`.

    `data` are names that lists and answers brought along: they are the town's, and read the same in both languages.
    """
    if set(words) != {ZH, EN}:
        return [f"languages: {sorted(words)}"]
    names = sorted({IN_BOTH, *(one for one in data if one.strip())}, key=len, reverse=True)
    return [
        f"{language} {one['name']} {one['kind']}: {one['text']}"
        for language, said in words.items()
        for one in said
        if one["kind"] != "row" and is_wrong(language, without(one["text"] or "", names))
    ]


def check_words(words: Words, data: Iterable[str]) -> None:
    faults = faults_of(words, data)
    assert not faults, "\n".join(faults)


def is_wrong(language: str, text: str | None) -> bool:
    if text is None:
        return False
    if not text.strip(" -"):
        return True
    foreign = set(CJK.findall(text)) if language == EN else set(LATIN.findall(text)) - TERMS
    return bool(foreign)


def without(text: str, names: Sequence[str]) -> str | None:
    """The form's own words in it; None where there is nothing but names."""
    if not text.strip(" -"):
        return text
    rest = MARKUP.sub(" ", text)
    for name in names:
        rest = rest.replace(name, " ")
    return rest if rest.strip() else None


def names_in(lists: Mapping[str, Sequence[Mapping[str, str]]], answers: Mapping[str, Any]) -> set[str]:
    """All that stands in lists and files by name, and what was answered."""
    rows = (row for name, rows in lists.items() if name != SPOKEN for row in rows)
    return {cell for row in rows for cell in row.values() if cell} | {str(one) for one in answers.values()}


def hear(
    words: Words, media: str, lists: Mapping[str, Sequence[Mapping[str, str]]], answers: Mapping[str, Any]
) -> None:
    """For csim.phone.Phone.hears: nothing that is read while a form is filled is missing or in another language."""
    files = {one.stem: list(csv.DictReader(io.StringIO(one.read_text("utf-8")))) for one in Path(media).glob("*.csv")}
    check_words(words, names_in({**lists, **files}, answers))
