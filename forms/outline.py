"""A form as its source says it: every row of the sheet `survey` with its words, its conditions and its choices.

An XForm has the same, but with paths for names and with what was worked out of it. People who read about a form go by
the sheet, as those do who write it.
"""

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from forms.tables import read_tables

OPENS = frozenset(["begin_group", "begin_repeat"])
CLOSES = frozenset(["end_group", "end_repeat"])
WITHOUT_ANSWER = frozenset(["note", "csv-external", *OPENS])
"""Types of rows that keep nothing: a text to read, a file to look into, a page around other rows."""

_MARKUP: Final = ((re.compile(r"</?span[^>]*>|\*\*"), ""), (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"))
_FILLED_IN: Final = re.compile(r"\$\{[\w-]+\}")
_ZH, _EN = "::中文 (zh)", "::English (en)"


class Said(NamedTuple):
    """The same in Chinese and in English."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


UNSAID: Final = Said()


class Option(NamedTuple):
    """One choice of a list: what is stored, how it reads, and the file of its picture, "" where it has none."""

    name: str
    label: Said
    picture: str = ""


@dataclass(frozen=True)
class Row:
    """One row of `survey`. `kind` is its type without its list, `listed` that list or file, "" where there is none.

    `relevant` holds its own condition and those of the groups around it, the outermost first. Expressions are as they
    were written, "" where there is none. `options` are those that the form itself lists.
    """

    name: str
    kind: str
    listed: str = ""
    label: Said = UNSAID
    hint: Said = UNSAID
    required: str = ""
    relevant: tuple[str, ...] = ()
    constraint: str = ""
    message: Said = UNSAID
    calculation: str = ""
    trigger: str = ""
    default: str = ""
    choice_filter: str = ""
    appearance: str = ""
    parameters: str = ""
    save_to: str = ""
    options: tuple[Option, ...] = ()
    picture: str = ""

    @property
    def keeps_answer(self) -> bool:
        return self.kind not in WITHOUT_ANSWER

    @property
    def is_question(self) -> bool:
        """Whether somebody is asked: it has a label and an answer."""
        return self.keeps_answer and bool(self.label)


@dataclass(frozen=True)
class Outline:
    """A form. `entities` are the rows of that sheet, each by its columns; `rows` leave out the ends of groups."""

    form_id: str
    title: str
    version: str
    rows: tuple[Row, ...]
    entities: tuple[dict[str, str], ...] = ()
    by_name: dict[str, Row] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.by_name.update({row.name: row for row in self.rows})

    @property
    def answers(self) -> tuple[Row, ...]:
        """The rows that keep something in the record."""
        return tuple(row for row in self.rows if row.keeps_answer)


def read_outline(markdown: str) -> Outline:
    """The form whose source this is. Raises KeyError where a sheet or a column is missing that every form has."""
    sheets = {name: _by_column(rows) for name, rows in read_tables(markdown).items()}
    settings = sheets["settings"][0]
    return Outline(
        form_id=settings["form_id"],
        title=settings["form_title"],
        version=settings["version"],
        rows=tuple(_read_rows(sheets["survey"], _read_options(sheets.get("choices", [])))),
        entities=tuple(sheets.get("entities", [])),
    )


def _by_column(rows: list[list[str]]) -> list[dict[str, str]]:
    head, *rest = rows
    return [dict(zip(head, [*row, *[""] * len(head)], strict=False)) for row in rest]


def _read_options(rows: list[dict[str, str]]) -> dict[str, tuple[Option, ...]]:
    found: dict[str, list[Option]] = {}
    for row in rows:
        found.setdefault(row["list_name"], []).append(Option(row["name"], _said(row, "label"), _picture(row)))
    return {name: tuple(options) for name, options in found.items()}


def _read_rows(rows: list[dict[str, str]], options: dict[str, tuple[Option, ...]]) -> list[Row]:
    found: list[Row] = []
    around: list[str] = []
    for row in rows:
        kind, _, listed = row["type"].partition(" ")
        if kind in CLOSES:
            around.pop()
            continue
        own = row.get("relevant", "")
        relevant = tuple(dict.fromkeys(one for one in (*around, own) if one))
        found.append(_read_row(row, kind, listed, relevant, options))
        if kind in OPENS:
            around.append(own)
    return found


def _read_row(
    row: dict[str, str], kind: str, listed: str, relevant: tuple[str, ...], options: dict[str, tuple[Option, ...]]
) -> Row:
    same = ("required", "constraint", "calculation", "trigger", "default", "choice_filter", "appearance", "save_to")
    return Row(
        name=row["name"],
        kind=kind,
        listed=listed,
        label=_said(row, "label"),
        hint=_said(row, "hint"),
        relevant=relevant,
        message=_said(row, "constraint_message"),
        parameters=row.get("parameters", ""),
        options=options.get(listed, ()),
        picture=_picture(row),
        **{name: row.get(name, "") for name in same},
    )


def _picture(row: dict[str, str]) -> str:
    return row.get("image" + _ZH, "")


def _said(row: dict[str, str], column: str) -> Said:
    return Said(row.get(column + _ZH, ""), row.get(column + _EN, ""))


def plain_text(text: str, filled_in: str = "…") -> str:
    """A label or a note without its markup; `filled_in` stands for what the phone fills in (`${name}`)."""
    for pattern, kept in _MARKUP:
        text = pattern.sub(kept, text)
    return _FILLED_IN.sub(filled_in, text).strip()
