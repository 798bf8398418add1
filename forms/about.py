"""What is known of a form of ours beside its questions: what it was asked to hold, what differs and why, what a clinician
has yet to confirm.

`about.toml` lies beside the form; `every_form.toml` holds what is the same in many; `client` marks those that ask a woman
about herself. `asked` lists the fields of the project's brief (domain.md 3), with the answers that it names. Grades are the
brief's: A read in the source itself, B a known standard that the town's clinician confirms, C unsure, where the careful
choice stands.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from forms.outline import Outline, Said

LIBRARY: Final = Path(__file__).parent / "library"
GRADES: Final = ("A", "B", "C")
AWAITING: Final = ("B", "C")


@dataclass(frozen=True)
class Reason:
    """What holds of these fields, and why. `grade` is one of GRADES, or "" where nothing is graded."""

    names: tuple[str, ...]
    said: Said
    grade: str = ""


@dataclass(frozen=True)
class About:
    """`code` is the form's number in the brief (F4), `title` its English title; the Chinese one is the form's own. `asked`
    holds the answers that the brief names, by field.

    `absent` are fields or answers (`field.answer`) of the brief that the form leaves out or calls otherwise, `added` fields
    that the brief does not name, `shared` those that many forms have and need not all be here. `everywhere` are the fields
    that the brief asks of every form, or of every form about a woman.
    """

    code: str
    title: str
    purpose: Said
    asked: dict[str, tuple[str, ...]]
    absent: tuple[Reason, ...]
    added: tuple[Reason, ...]
    shared: tuple[Reason, ...]
    graded: tuple[Reason, ...]
    everywhere: frozenset[str]

    def reasons_of(self, name: str) -> list[Reason]:
        """Why the brief's form has no such field, or ours has it."""
        return [one for one in (*self.absent, *self.added, *self.shared) if name in one.names]

    def grades_of(self, name: str) -> list[Reason]:
        return [one for one in self.graded if name in one.names]


def read_about(form_id: str) -> About:
    """What is known of a form of the library. Raises OSError for a form without its file."""
    own, shared = _load(LIBRARY / form_id / "about.toml"), _load(LIBRARY / "every_form.toml")
    general = shared["asked"] | (shared["asked_of_clients"] if own.get("client") else {})
    return About(
        code=own["code"],
        title=own["title"],
        purpose=Said(own["purpose"]["zh"], own["purpose"]["en"]),
        asked={name: tuple(answers) for name, answers in (general | own["asked"]).items()},
        absent=_reasons(own, "absent"),
        added=_reasons(own, "added"),
        shared=tuple(_without(one, own) for one in _reasons(shared, "added")),
        graded=_reasons(own, "graded"),
        everywhere=frozenset(general),
    )


def unexplained(about: About, form: Outline) -> Iterator[str]:
    """What differs between the brief and the form without a reason, and reasons for what does not differ; none is well."""
    left_out = {name for one in about.absent for name in one.names}
    added = {name for one in about.added for name in one.names}
    shared = {name for one in about.shared for name in one.names}
    held = {name: {option.name for option in row.options} for name, row in form.by_name.items() if name}
    for field, answers in about.asked.items():
        if field not in held and field not in left_out:
            yield f"{field}: asked for, not there"
        for answer in answers:
            if field in held and answer not in held[field] and f"{field}.{answer}" not in left_out:
                yield f"{field}.{answer}: asked for, not there"
    for row in form.answers:
        if row.name not in about.asked and row.name not in added | shared:
            yield f"{row.name}: there, not asked for"
    yield from (f"{name}: said to be left out" for name in left_out if _holds(held, name) or not _asks(about, name))
    yield from (f"{name}: said to be added" for name in added if name not in held or name in about.asked)
    yield from (f"{name}: graded, not there" for one in about.graded for name in one.names if name not in held)


def _holds(held: dict[str, set[str]], name: str) -> bool:
    field, dot, answer = name.partition(".")
    return field in held and (not dot or answer in held[field])


def _asks(about: About, name: str) -> bool:
    field, dot, answer = name.partition(".")
    return field in about.asked and (not dot or answer in about.asked[field])


def _without(reason: Reason, own: dict[str, Any]) -> Reason:
    """A shared reason, but for the fields of which the form says something itself."""
    told = {name for one in own.get("added", []) for name in one["names"]}
    return replace(reason, names=tuple(name for name in reason.names if name not in told))


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _reasons(data: dict[str, Any], key: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(tuple(one["names"]), Said(one["zh"], one["en"]), one.get("grade", "")) for one in data.get(key, [])
    )
