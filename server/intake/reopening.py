"""A record opened in its form again by who may correct it: the whole form in a new version, the old one kept.

What the record wrote into entity lists says the same from then on, except where a later record wrote something else.
"""

from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import Instance, read_instance, read_values, value_at
from forms.schema import FormSchema
from server.access.allow import Scope
from server.errors import DeprecatedIdExpected, NotFound
from server.intake.desk import get_submission, list_files
from server.intake.items import Item, Receipt
from server.intake.store import store_one
from server.models import BACK_CHECK, Dataset, Entity, EntityVersion, Form, FormVersion, Submission, SubmissionVersion
from server.registry.entities import Author, properties_of, write_update
from server.registry.telling import CONSENT

STAY: Final = frozenset({CONSENT, "migrant_transfer", "feedback", "training_quiz", BACK_CHECK})
"""Forms whose answers are somebody's own word, or a test of what somebody knows: nobody types them anew in her place."""


@dataclass(frozen=True)
class Reopened:
    """A record as it stands, the version of its form that it answers, and the names of its files that are here."""

    submission: Submission
    version: SubmissionVersion
    form: Form
    form_version: FormVersion
    files: list[str]

    @property
    def xml(self) -> bytes:
        return bytes(self.version.xml)


def find_reopened(db: Session, scope: Scope, submission_id: int) -> Reopened | None:
    """None for a record that is not within the scope or cannot be opened: emptied, encrypted, without an id, in STAY."""
    try:
        submission = get_submission(db, scope, submission_id)
    except NotFound:
        return None
    row = db.execute(
        select(SubmissionVersion, Form, FormVersion)
        .join(Form, Form.id == SubmissionVersion.form_id)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .where(SubmissionVersion.submission_id == submission.id, SubmissionVersion.is_current)
    ).one()
    version, form, form_version = row
    if not version.xml or version.encrypted or form.xml_form_id in STAY or form.state == "closed":
        return None
    if read_instance(bytes(version.xml)).derived_id:
        return None
    files = [one.name for one in list_files(db, version.id) if one.sha256]
    return Reopened(submission, version, form, form_version, files)


def correct_whole(db: Session, opened: Reopened, item: Item) -> Receipt:
    """Stores what the form made of it, in the caller's transaction.

    Raises DeprecatedIdExpected when it replaces anything else, or the Problem of receive.py's table: somebody else
    corrected it meanwhile.
    """
    if item.instance.deprecated_id != opened.version.instance_id:
        raise DeprecatedIdExpected(expected=opened.version.instance_id)
    before = read_values(read_instance(opened.xml), item.asked.schema)
    outcome = store_one(db, item)
    if not isinstance(outcome, Receipt):
        raise outcome
    changed = changed_properties(item.asked.schema, before, item.instance)
    if outcome.is_news and changed:
        write_on(db, outcome, changed, item)
    return outcome


Changed = dict[str, tuple[str, str]]


def changed_properties(schema: FormSchema, before: dict[str, object], instance: Instance) -> Changed:
    """What saves to an entity and is another answer now, {property: (before, now)}; what repeats is left as it was."""
    after = read_values(instance, schema)
    found: Changed = {}
    for one in schema.fields:
        was, now = value_at(before, one.path), value_at(after, one.path)
        if one.saveto and was != now and schema.repeat_of(one.path) is None:
            found[one.saveto] = (str(was or ""), str(now or ""))
    return found


def write_on(db: Session, receipt: Receipt, changed: Changed, item: Item) -> None:
    """Into the entities that the record made or changed: a record acts there only once by itself.

    Where it names another one of the list by now, what it tells is that one's: nothing is written into the one before.
    """
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == receipt.submission_id)
    made = select(EntityVersion.entity_id).where(EntityVersion.submission_version_id.in_(versions))
    author = Author(item.actor_id, item.user_agent, receipt.submission_id, receipt.submission_version_id, item.now)
    named = named_in(item)
    for entity in db.scalars(select(Entity).where(Entity.id.in_(made), Entity.deleted_at.is_(None))).all():
        dataset = db.get_one(Dataset, entity.dataset_id)
        if entity.uuid not in named.get(dataset.name, {entity.uuid}):
            continue
        known, stands = properties_of(db, dataset.id), orjson.loads(entity.data_json)
        wanted = {name: now for name, (was, now) in changed.items() if name in known and stands.get(name, "") == was}
        if wanted:
            act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", wanted)
            write_update(db, dataset, entity, entity.version, act, author)


def named_in(item: Item) -> dict[str, set[str]]:
    """The entities that a record is about as it reads now, by list; a list of which it names none is left out."""
    found: dict[str, set[str]] = {}
    try:
        for act in read_acts(item.instance, item.asked.schema):
            found.setdefault(act.dataset, set()).add(act.uuid)
    except FormError:
        return {}
    return found
