"""Which record made which version of an entity: what the other server says of it, else what the records themselves ask for.

It must be known, since a record that made nothing yet would do it again whenever records are worked out anew.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import read_instance
from server.models import Form, FormVersion, Submission, SubmissionVersion
from server.moving.bringing import Row
from server.publishing.versions import SCHEMAS

BATCH = 200


class Asking(NamedTuple):
    """A record that asks for an act upon an entity. `number` is that of its version, `by` who sent it."""

    number: int
    submission_id: int
    by: int | None
    act: EntityAct


class Makers:
    """The records of a project that speak of entities, read once and only when somebody asks."""

    def __init__(self, project_id: int) -> None:
        self.project_id = project_id
        self.by_uuid: dict[str, list[Asking]] | None = None
        self.used: set[tuple[int, str]] = set()

    def maker_of(self, db: Session, dataset: str, uuid: str, told: Row, by: int | None) -> int | None:
        """The record's version by which an entity's version came, made `by` somebody; None where no record did it."""
        named = instance_of(told)
        if named is not None:
            found = self.find_record(db, named)
            if found is not None:
                return found
        if told.get("source") and not told["source"].get("submission"):
            return None  # it says what made it, and that was no record
        for asking in self.asking_for(db, uuid):
            key = (asking.submission_id, uuid)
            same = asking.act.dataset == dataset and asking.by == by and key not in self.used
            if same and fits(asking.act, told):
                self.used.add(key)
                return asking.number
        return None

    def find_record(self, db: Session, instance_id: str) -> int | None:
        return db.scalar(
            select(SubmissionVersion.id)
            .join(Submission, Submission.id == SubmissionVersion.submission_id)
            .where(
                Submission.project_id == self.project_id,
                ~SubmissionVersion.draft,
                SubmissionVersion.instance_id == instance_id,
            )
            .limit(1)
        )

    def asking_for(self, db: Session, uuid: str) -> list[Asking]:
        if self.by_uuid is None:
            self.by_uuid = defaultdict(list)
            for asking in read_askings(db, self.project_id):
                self.by_uuid[asking.act.uuid].append(asking)
        return self.by_uuid.get(uuid, [])


def instance_of(told: Row) -> str | None:
    """The record that made a version, as Central names it since 2023."""
    submission = (told.get("source") or {}).get("submission") or {}
    named = submission.get("instanceId")
    return named if isinstance(named, str) else None


def fits(act: EntityAct, told: Row) -> bool:
    if told["version"] == 1 and told.get("baseVersion") is None:
        forced = act.branch_id is not None and told.get("branchId") == act.branch_id
        return act.create or forced
    if act.branch_id is not None:
        same = told.get("branchId") == act.branch_id and told.get("branchBaseVersion") in (None, act.base_version)
        return act.update and same
    return act.update and told.get("baseVersion") == act.base_version


def read_askings(db: Session, project_id: int) -> Iterator[Asking]:
    """The acts of all records of forms that write lists, the oldest record first."""
    rows = db.execute(
        select(SubmissionVersion, FormVersion)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .join(Form, Form.id == FormVersion.form_id)
        .where(
            Form.project_id == project_id,
            FormVersion.entity_related,
            ~SubmissionVersion.draft,
            ~SubmissionVersion.encrypted,
        )
        .order_by(SubmissionVersion.created_at, SubmissionVersion.id),
        execution_options={"yield_per": BATCH},
    )
    for row, version in rows:
        try:
            acts = read_acts(read_instance(bytes(row.xml)), SCHEMAS.get(db, version.id, version.sha256))
        except FormError:  # it could not be done there either
            continue
        for act in acts:
            yield Asking(row.id, row.submission_id, row.submitter_id, act)
