"""Which of a woman's records speak of another woman, too: what is said in those is not handed out to either."""

from collections import defaultdict
from dataclasses import replace

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.instance import read_instance
from forms.schema import FormSchema
from server.models import FormVersion, SubmissionVersion
from server.registry.emptying import in_batches
from server.registry.erasing import Plan
from server.registry.named import chosen_in, find_bearers
from server.registry.telling import KEPT, tell

UNREADABLE = "unreadable"  # in the place of a uuid that is nobody's


def versions_with_others(db: Session, plan: Plan) -> dict[int, set[int]]:
    """By record, the ids of the versions that name somebody else: open, sealed and earlier ones alike, by their bytes.

    Somebody else is also what nobody knows whose it is. Of a version that cannot be read it is not known that it does not.
    """
    spoken = {key: found - plan.uuids for key, found in spoken_of(db, plan.records).items()}
    bearers = find_bearers(db, plan.project_id, set().union(*spoken.values()))
    others: dict[int, set[int]] = defaultdict(set)
    for (submission_id, version_id), found in spoken.items():
        if any(bearers.get(one) != plan.woman for one in found):
            others[submission_id].add(version_id)
    return others


def is_of_others(db: Session, plan: Plan, version: SubmissionVersion, form_id: str) -> bool:
    """Whether what a version of one of her records says is somebody else's as well."""
    others = versions_with_others(db, replace(plan, records=(version.submission_id,))).get(version.submission_id, set())
    return version.id in others or shuts_whole(form_id, others)


def shuts_whole(form_id: str, others: set[int]) -> bool:
    """In one of the town's own forms the versions that do not name others speak of them as well."""
    return bool(others) and form_id not in KEPT


def spoken_of(db: Session, submission_ids: tuple[int, ...]) -> dict[tuple[int, int], set[str]]:
    """By record and version, the uuids of women and of what is about one that it names."""
    query = select(
        SubmissionVersion.submission_id, SubmissionVersion.id, SubmissionVersion.xml, FormVersion.schema_json
    ).join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
    return {
        (row.submission_id, row.id): spoken_in(bytes(row.xml), row.schema_json)
        for batch in in_batches(submission_ids)
        for row in db.execute(query.where(SubmissionVersion.submission_id.in_(batch)))
    }


def spoken_in(xml: bytes, schema_json: str) -> set[str]:
    """By every choice from a list about women, and as our own forms tell it. Nobody in what was emptied or is encrypted."""
    if not xml:
        return set()
    try:
        instance, schema = read_instance(xml), FormSchema.from_json(orjson.loads(schema_json))
        if instance.encrypted:
            return set()
        told, chosen = tell(instance, schema), chosen_in(instance, schema)
    except FormError:
        return {UNREADABLE}
    hers = {told.subject, told.episode} - {None} if told and told.subject_list == "women" else set()
    return {*chosen.women, *chosen.about, *(one for one in hers if one)}
