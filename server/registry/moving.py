"""A correction that names another woman: what her record began moves, and what chose it by a list is looked at again.

A check of a pregnancy, a record of a birth, and one of a form of the town's own say whose they are only by what they chose.
"""

from collections.abc import Collection

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.models import ABOUT_WOMEN, CareEvent, Dataset, Form, NamedWoman, Seal, Submission
from server.reading import Reading
from server.registry.entities import HER, Author, write_update
from server.registry.events import FINDERS, find_in_list
from server.registry.named import find_bearers
from server.registry.telling import BY_PREGNANCY, CONTRACEPTION, KEPT, MAKES, PREGNANCY, TRANSFER, bare, find_act

MOVED_BY = (PREGNANCY, CONTRACEPTION, *BY_PREGNANCY, TRANSFER)
"""Forms whose records begin something about a woman, which others choose: a pregnancy, a method, a referral, a transfer."""
NAME_HER = tuple(one for one in KEPT if one not in FINDERS)
"""Forms that say themselves whom they are about."""


def whose_before(db: Session, reading: Reading, event: CareEvent, told_of: Collection[str]) -> set[str]:
    """Whose it was until this correction, when it is another's now. To be asked before the lists and rows follow.

    `told_of`: whom the record was about so far; nobody while it was sealed, but then the lists still say whose it is.
    """
    if not reading.is_edit or event.form_id not in MOVED_BY:
        return set()
    begun = find_bearers(db, reading.project.id, [event.episode]) if event.episode else {}
    return {*told_of, *begun.values()} - {event.subject}


def left_behind(db: Session, event: CareEvent, former: Collection[str]) -> list[int]:
    """Records that may have come along, checks first: their referrals move too, and a form may choose those."""
    if not former:
        return []
    found = {one for query in may_have_come(event, former) for one in db.scalars(query)}
    query = select(Submission.id).join(Form, Form.id == Submission.form_id)
    others = Submission.id.in_(found - {event.submission_id}), Form.xml_form_id.not_in(NAME_HER)
    return list(db.scalars(query.where(*others).order_by(Form.xml_form_id.not_in(BY_PREGNANCY), Submission.id)))


def may_have_come(event: CareEvent, former: Collection[str]) -> tuple[Select[int], ...]:
    """What spoke of the thing that moved, and of whose it was: told of her, naming her, or sealed and waiting for her."""
    here = CareEvent.project_id == event.project_id
    told = here & CareEvent.subject_list.in_(ABOUT_WOMEN) & CareEvent.subject.in_(former)
    named = (NamedWoman.project_id == event.project_id) & NamedWoman.woman_uuid.in_(former)
    waits = (Seal.project_id == event.project_id) & Seal.waits_for.in_(former)
    return (
        select(CareEvent.submission_id).where(here, CareEvent.episode == (event.episode or "")),
        select(CareEvent.submission_id).where(told),
        select(NamedWoman.submission_id).where(named),
        select(Seal.submission_id).where(waits),
    )


def move_episode(db: Session, reading: Reading, form_id: str, episode: str, woman: str) -> None:
    """A correction that names another woman: what the record began is listed as hers. Otherwise a record acts once."""
    name, is_episode = MAKES.get(form_id, ("", False))
    entity = find_in_list(db, reading.project.id, name, episode) if is_episode else None
    if entity is None or bare(orjson.loads(entity.data_json).get(HER)) in (None, woman):
        return
    act = find_act(reading.instance, reading.schema, name)
    if act is not None and act.create and act.uuid == episode:
        by = (reading.actor_id, reading.user_agent, reading.submission_id, reading.submission_version_id, reading.now)
        write_update(db, db.get_one(Dataset, entity.dataset_id), entity, entity.version, act, Author(*by))
