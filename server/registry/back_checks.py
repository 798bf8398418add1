"""A record of F11 is about whom the record is about that it checks, and goes by the same: one about a woman is hers.

It comes sealed like a health record, and is opened as one where the record that it names is a health record; it is then her
clinicians' alone, without a point, in her copy, her erasure and her restriction. One about a home is the town's like the
visit itself. Its event names the record that it checks as its episode, and holds what the comparison gave, no answers.
"""

from typing import Final, NamedTuple

import orjson
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.instance import elements_at, read_instance, read_values
from forms.xml import text_of
from server.models import BACK_CHECK, SET_ASIDE, CareEvent, Form, Seal, Submission, SubmissionVersion
from server.reading import Reading
from server.registry.blind_comparing import CHECKED_FORMS, compare
from server.registry.entities import UUID
from server.registry.events import events_of
from server.registry.sealing import OPEN, Effects, Verdict, carry_out, judge, received_at, stand_in_line
from server.registry.telling import Told, bare, flatten, read_day
from server.registry.tombstones import ERASED, is_buried

SAMPLE: Final = "sample"
UUID_SCHEME: Final = "uuid:"
EMPTIED: Final = (ERASED, "minimised")


class Checked(NamedTuple):
    """The record that is checked. `woman`: of a health record whose it is, as far as anybody knows; `event` is None of one
    that is sealed or set aside."""

    record: Submission
    woman: str | None
    event: CareEvent | None
    is_gone: bool


def checked_forms(project_id: int) -> Select[int]:
    return select(Form.id).where(Form.project_id == project_id, Form.xml_form_id.in_(CHECKED_FORMS))


def find_checked(db: Session, project_id: int, sample: str | None) -> Checked | None:
    """By the uuid that F11 chose: the instanceID of a visit's record, as it came first."""
    if sample is None or UUID.fullmatch(sample) is None:
        return None
    here = SubmissionVersion.form_id.in_(checked_forms(project_id)), ~SubmissionVersion.draft
    query = select(Submission).join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
    name = UUID_SCHEME + sample
    record = db.scalar(query.where(*here, SubmissionVersion.instance_id == name, Submission.instance_id == name))
    if record is None:
        return None
    event, seal = db.get(CareEvent, record.id), db.get(Seal, record.id)
    woman = event.subject if event and record.health else seal.waits_for if seal else None
    standing = event if event and event.subject_list != SET_ASIDE and not record.sealed else None
    return Checked(record, woman, standing, seal is not None and seal.reason in EMPTIED)


def answers_of(reading: Reading) -> dict[str, str]:
    if reading.instance.encrypted:
        return {}
    return dict(flatten(read_values(reading.instance, reading.schema)))


def open_or_seal_check(db: Session, reading: Reading) -> Effects:
    """The deriver `consent` for these records. May run again."""
    stand_in_line(db, reading.project.id)
    samples = samples_of(db, reading)
    checked = find_checked(db, reading.project.id, next(iter(samples))) if len(samples) == 1 else None
    if checked is None:  # a correction that checks another record would carry one person's answers to another's
        return carry_out(db, reading, Verdict("unknown"))
    health = (Submission.id == reading.submission_id) & (Submission.health != checked.record.health)
    db.execute(update(Submission).where(health).values(health=checked.record.health))
    return carry_out(db, reading, decide_check(db, reading, checked))


def samples_of(db: Session, reading: Reading) -> set[str | None]:
    """What the versions of a record chose, each once."""
    found = {bare(answers_of(reading).get(SAMPLE))}
    if not reading.is_edit:
        return found
    own = SubmissionVersion.submission_id == reading.submission_id
    for xml in db.scalars(select(SubmissionVersion.xml).where(own)):
        try:
            root = read_instance(bytes(xml)).root
        except FormError:
            return {None}
        found.add(next((bare(text_of(one)) for one in elements_at(root, f"/{SAMPLE}")), None))
    return found


def decide_check(db: Session, reading: Reading, checked: Checked) -> Verdict:
    if not checked.record.health:
        return OPEN
    if checked.is_gone or is_buried(db, reading.project.id, [checked.woman]):
        return Verdict(ERASED)
    if checked.woman is None:
        return Verdict("unknown")
    told = Told(BACK_CHECK, "women", checked.woman, None, read_day(answers_of(reading).get("visit_date")), {})
    events = events_of(db, reading.project.id, "women", checked.woman)
    others = [one for one in events if one.submission_id != reading.submission_id]
    return judge(told, checked.woman, others, received_at(db, reading))


def tell_check(db: Session, reading: Reading) -> Told | None:
    """Whom the check is about and what the comparison gave; None where the record that it checks tells of nobody (any more)."""
    heard = answers_of(reading)
    sample = bare(heard.get(SAMPLE))
    checked = find_checked(db, reading.project.id, sample)
    if checked is None or checked.event is None:
        return None
    event = checked.event
    found = compare(heard, event.visit_date, written_in(db, event))
    whose = event.told_of or event.subject
    return Told(BACK_CHECK, event.subject_list, whose, sample, read_day(heard.get("visit_date")), found)


def written_in(db: Session, event: CareEvent) -> dict[str, str]:
    """The answers of the record that is checked, as it stands."""
    values = db.scalar(select(SubmissionVersion.values_json).where(SubmissionVersion.id == event.submission_version_id))
    return dict(flatten(orjson.loads(values))) if values else {}


def checks_of(db: Session, project_id: int, instance_id: str) -> list[int]:
    """The back-checks of a record: when it changes or counts no more, they are looked at again."""
    here = CareEvent.project_id == project_id, CareEvent.form_id == BACK_CHECK
    return list(db.scalars(select(CareEvent.submission_id).where(*here, CareEvent.episode == bare(instance_id))))
