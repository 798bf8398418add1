"""Records of the town's own forms that choose somebody from the lists about women: they are hers, and go by her consent.

Such a record tells nothing that rules or rows are made of. It is sealed, shown, kept unused, taken back and removed as a
health record is: it is marked as one, and has a care event without answers under its own form's id. That event is the
first woman's whom it chose, and each of the others has a row beside it (NamedWoman): it is opened only where every one of
them lets it be read, and what any of them says later holds for it.
"""

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from forms.instance import Instance, elements_at, read_values
from forms.schema import FormSchema
from forms.xml import text_of
from server.models import (
    BACK_CHECK,
    HER_FILES,
    ContraceptionEpisode,
    Dataset,
    Entity,
    NamedWoman,
    Pregnancy,
    Submission,
)
from server.reading import Reading
from server.registry.entities import UUID
from server.registry.events import events_by_woman
from server.registry.merged import who_are_now
from server.registry.reach import ABOUT_HER
from server.registry.sealing import OPEN, Effects, Verdict, carry_out, judge, received_at, stand_in_line
from server.registry.telling import KEPT, Told, bare, flatten, names_somebody, read_day
from server.registry.tombstones import ERASED, is_buried

WOMEN_FILE: Final = HER_FILES[0]


class Chosen(NamedTuple):
    """Bare lower-case uuids, each once, in the form's order: of women, and of what is about one (a pregnancy, a method)."""

    women: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


def asks_for_her(schema: FormSchema) -> bool:
    """Whether a form chooses from a list about women."""
    return any(one.choices_from in HER_FILES for one in schema.fields)


def read_chosen(instance: Instance, schema: FormSchema) -> Chosen:
    """Nobody in an encrypted record, nor in one of the forms that tell more (telling.py)."""
    return Chosen() if instance.encrypted or instance.form_id in KEPT else chosen_in(instance, schema)


def chosen_in(instance: Instance, schema: FormSchema) -> Chosen:
    """What a record of any form chose from the lists about women."""
    women, about = dict[str, None](), dict[str, None]()
    for one in schema.fields:
        if one.choices_from in HER_FILES:
            found = women if one.choices_from == WOMEN_FILE else about
            for element in elements_at(instance.root, one.path):
                found.update(dict.fromkeys(uuids_in(text_of(element))))
    return Chosen(tuple(women), tuple(about))


def uuids_in(answer: str) -> list[str]:
    """Of one choice or of several, which blanks part."""
    words = [bare(word) for word in answer.split()]
    return [word for word in words if word and UUID.fullmatch(word)]


def names_her(instance: Instance, schema: FormSchema) -> bool:
    """Whether a record of a form of the town's own, or of one that need not name anybody, chose somebody from those lists.

    A back-check may be about anybody until it is known what it checks (back_checks.py).
    """
    return any(read_chosen(instance, schema)) or names_somebody(instance, schema) or instance.form_id == BACK_CHECK


def open_or_seal_named(db: Session, reading: Reading) -> Effects:
    """The deriver `consent` for these records; one that chose nobody (any more) is open. May run again."""
    stand_in_line(db, reading.project.id)
    chosen = read_chosen(reading.instance, reading.schema)
    if not any(chosen):
        return carry_out(db, reading, OPEN)
    hers = (Submission.id == reading.submission_id) & ~Submission.health
    db.execute(update(Submission).where(hers).values(health=True))
    return carry_out(db, reading, decide_named(db, reading, chosen))


def decide_named(db: Session, reading: Reading, chosen: Chosen) -> Verdict:
    """As many queries for a list of those who came as for one woman."""
    women, unknown = whom_it_names(db, reading.project.id, chosen)
    if is_buried(db, reading.project.id, {*women, *chosen.about}):
        return Verdict(ERASED)
    if unknown:
        return Verdict("unknown", unknown[0])
    told, received = tell_of(reading, women[0]), received_at(db, reading)
    for woman, events in events_by_woman(db, reading.project.id, women).items():
        others = [one for one in events if one.submission_id != reading.submission_id]
        verdict = judge(told, woman, others, received)
        if verdict.reason is not None:
            return verdict
    return OPEN


def whom_it_names(db: Session, project_id: int, chosen: Chosen) -> tuple[list[str], list[str]]:
    """The women, each once; and what it chose of which nobody knows whose it is: that has not arrived."""
    bearers = find_bearers(db, project_id, chosen.about) if chosen.about else {}
    told = [*chosen.women, *(bearers[one] for one in chosen.about if one in bearers)]
    now = who_are_now(db, project_id, told) if told else {}
    return list(dict.fromkeys(now.get(one, one) for one in told)), [one for one in chosen.about if one not in bearers]


def find_bearers(db: Session, project_id: int, about: Collection[str]) -> dict[str, str]:
    """Whose these pregnancies, methods and referrals are, by the lists, and by what was worked out of her records."""
    here = Dataset.project_id == project_id, Dataset.name.in_(ABOUT_HER), Entity.about.is_not(None)
    listed = select(Entity.uuid, Entity.about).join(Dataset, Dataset.id == Entity.dataset_id).where(*here)
    found: dict[str, str] = dict(db.execute(listed.where(Entity.uuid.in_(about))).all())  # type: ignore[arg-type]
    for kind in (Pregnancy, ContraceptionEpisode):
        rows = select(kind.uuid, kind.woman_uuid).where(kind.project_id == project_id, kind.uuid.in_(about))
        found.update(db.execute(rows).all())
    return found


def tell_named(db: Session, reading: Reading) -> Told | None:
    """Of whom the record is, and nothing else; None where it chose nobody that we know. The others get their rows."""
    women, _unknown = whom_it_names(db, reading.project.id, read_chosen(reading.instance, reading.schema))
    write_others(db, reading, women[1:])
    return tell_of(reading, women[0]) if women else None


def write_others(db: Session, reading: Reading, women: list[str]) -> None:
    """Brings the rows of those whom a record names beside the first in line: unchanged ones are not written."""
    here = NamedWoman.submission_id == reading.submission_id
    known = set(db.scalars(select(NamedWoman.woman_uuid).where(here)))
    if known - set(women):
        db.execute(delete(NamedWoman).where(here, NamedWoman.woman_uuid.not_in(women)))
    ids = {"submission_id": reading.submission_id, "project_id": reading.project.id}
    if new := [{**ids, "woman_uuid": one} for one in women if one not in known]:
        db.execute(insert(NamedWoman), new)


def tell_of(reading: Reading, woman: str) -> Told:
    return Told(reading.instance.form_id, "women", woman, None, day_of(reading), {})


def day_of(reading: Reading) -> date | None:
    """The answer `visit_date`, as our own forms ask it."""
    return read_day(dict(flatten(read_values(reading.instance, reading.schema))).get("visit_date"))
