"""What somebody looks for among the records, and as conditions of a query. Every one is within a scope."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import Session

from forms.findable import read_day, read_whole, words_between
from forms.schema import Field, FormSchema
from geo.spatial_sql import within_box
from geo.tiles import Box
from server.access.allow import Scope
from server.access.projects import submissions_within
from server.access.with_senders import RETURNED, is_returned
from server.clock import begin_of
from server.intake.answer_index import answered
from server.intake.quality_limits import BLIND
from server.intake.quality_limits import KINDS as FLAGS
from server.models import (
    AppUser,
    Form,
    FormVersion,
    QualityFlag,
    ReviewAssignment,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    Village,
)
from server.publishing.versions import SCHEMAS

UNKNOWN: Final = "unknown"
ANY: Final = "any"
KINDS: Final = ("health", "home")
RANGE: Final = ".."


@dataclass(frozen=True)
class Asked:
    """An answer that is looked for: of a question by its path, one value, or all from `first` to `last` of days and numbers."""

    path: str
    first: str
    last: str = ""

    @property
    def text(self) -> str:
        """As it stands in an address: `/group/question=first`, or `/group/question=first..last`."""
        return f"{self.path}={self.first}{RANGE + self.last if self.last else ''}"


def read_asked(text: str) -> Asked | None:
    """None for what is no such text."""
    path, equals, value = text.partition("=")
    first, _range, last = value.partition(RANGE)
    return Asked(path, first.strip(), last.strip()) if equals and path.startswith("/") and first.strip() else None


@dataclass(frozen=True)
class Wanted:
    """A filter: empty means any. `state` is received, edited, hasIssues, approved, rejected, or returned, which has issues
    and is with its sender; `village` a code or unknown.

    `kind` is health (health records) or home (all others). `sender` and `waits_for` are people, by the ids of actors; who
    `waits_for` somebody was given to that person to look at. `since` and `until` are Shanghai days of arrival, both included;
    with `last` the days to today are meant, so many, and a view that is kept moves along;
    `box` is a part of the map, where the point lies that places the record. `flag` is a kind of question about how the record
    was made that nobody settled (quality_limits.KINDS), or ANY. `answers` are of the one `form`, and so are `columns`, the
    paths of questions whose answers are shown beside each record: no condition.
    """

    form: str = ""
    village: str = ""
    state: str = ""
    kind: str = ""
    sender: int | None = None
    waits_for: int | None = None
    since: date | None = None
    until: date | None = None
    last: int = 0
    box: Box | None = None
    flag: str = ""
    answers: tuple[Asked, ...] = ()
    columns: tuple[str, ...] = ()


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Records of the project that the scope reaches: never drafts, never deleted ones."""
    return submissions_within(scope) & Submission.draft.is_(False) & Submission.deleted_at.is_(None)


def fits(db: Session, scope: Scope, wanted: Wanted, with_state: bool = True) -> list[ColumnElement[bool]]:
    """The filter as conditions on Submission alone."""
    found = [*fits_itself(scope, wanted), *fits_answers(db, scope, wanted)]
    if wanted.flag:
        found.append(asked_about(scope, wanted.flag))
    if wanted.state and with_state:
        found.append(stands(wanted.state))
    return found


def stands(state: str) -> ColumnElement[bool]:
    if state == RETURNED:
        return is_returned()
    return Submission.review_state.is_(None) if state == "received" else Submission.review_state == state


def fits_itself(scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the record says of itself: all but its state and its answers."""
    found: list[ColumnElement[bool]] = []
    if wanted.form:
        forms = select(Form.id).where(Form.project_id == scope.project_id, Form.xml_form_id == wanted.form)
        found.append(Submission.form_id.in_(forms))
    if wanted.village == UNKNOWN:
        found.append(Submission.village_id.is_(None))
    elif wanted.village:
        villages = select(Village.id).where(Village.project_id == scope.project_id, Village.code == wanted.village)
        found.append(Submission.village_id.in_(villages))
    if wanted.kind in KINDS:
        found.append(Submission.health.is_(wanted.kind == "health"))
    if wanted.sender is not None:
        found.append(Submission.submitter_id == wanted.sender)
    if wanted.waits_for is not None:
        given = select(ReviewAssignment.submission_id).where(ReviewAssignment.actor_id == wanted.waits_for)
        found.append(Submission.id.in_(given))
    if wanted.since is not None:
        found.append(Submission.created_at >= begin_of(wanted.since))
    if wanted.until is not None:
        found.append(Submission.created_at < begin_of(wanted.until + timedelta(days=1)))
    if wanted.box is not None:
        found.append(Submission.id.in_(placed_in(wanted.box)))
    return found


def asked_about(scope: Scope, kind: str) -> ColumnElement[bool]:
    """Records about which such a question is open; who asks does not find her own by one of which she never hears."""
    here = QualityFlag.project_id == scope.project_id, QualityFlag.settled_at.is_(None)
    kinds = set(FLAGS) if kind == ANY else {kind}
    told: ColumnElement[bool] = QualityFlag.kind.in_(kinds)
    if kinds & BLIND and scope.person is not None:
        told = QualityFlag.kind.in_(kinds - BLIND) | (QualityFlag.kind.in_(kinds) & ~is_own(scope.person))
    return Submission.id.in_(select(QualityFlag.submission_id).where(*here, told))


def is_own(person_id: int) -> ColumnElement[bool]:
    """Whether this person, or a phone that she carries, made or corrected the record that is asked about."""
    phones = select(AppUser.actor_id).where(AppUser.person_id == person_id)
    by = (SubmissionVersion.submitter_id == person_id) | SubmissionVersion.submitter_id.in_(phones)
    mine = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == QualityFlag.submission_id, by)
    return mine.correlate(QualityFlag).exists()


def placed_in(box: Box) -> Select[int]:
    here = within_box(SubmissionGeometry.geometry, box)
    return select(SubmissionGeometry.submission_id).where(here, SubmissionGeometry.is_place)


def fits_answers(db: Session, scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of a form that the scope does not read, or that is not here, nothing fits."""
    if not wanted.answers:
        return []
    asked = asked_form(db, scope, wanted.form)
    if asked is None:
        return [false()]
    form, schema = asked
    return [
        answered(db, scope.project_id, form.id, one.path, words_wanted(schema.by_path.get(one.path), one))
        for one in wanted.answers
    ]


def asked_form(db: Session, scope: Scope, xml_form_id: str) -> tuple[Form, FormSchema] | None:
    """A form whose records the scope may reach, and what its newest version asks; None for any other."""
    row = db.execute(
        select(Form, FormVersion.id, FormVersion.sha256)
        .join(FormVersion, FormVersion.id == Form.current_version_id)
        .where(Form.project_id == scope.project_id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None))
    ).first()
    if row is None or not scope.reads(xml_form_id):
        return None
    return row[0], SCHEMAS.get(db, row[1], row[2])


def words_wanted(asked: Field | None, wanted: Asked) -> list[str]:
    """The words that fit. Of one value, however a version of the form reads it: its type may have been another once."""
    if wanted.last:
        return (words_between(asked, wanted.first, wanted.last) or []) if asked else []
    ways = (wanted.first, wanted.first.casefold(), read_day(wanted.first), read_whole(wanted.first))
    return sorted({one for one in ways if one})
