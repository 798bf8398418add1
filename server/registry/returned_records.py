"""Which of the records that went back somebody is still told of: never what is sealed, and a woman's only while she is hers."""

from functools import lru_cache

from sqlalchemy import ColumnElement, exists, false, select

from server.access.restricted import kept_unused
from server.models import CareEvent, Submission, Woman
from server.registry.reach import Reach, asking, consenting


@lru_cache(maxsize=64)
def still_told(reach: Reach) -> ColumnElement[bool]:
    """A condition on Submission. A record about a woman goes by what lets the caller have her in the lists that day
    (registry/reach.py): the care role, whom she chose, her consent, and that her data are in use.
    """
    stands = Submission.deleted_at.is_(None) & Submission.sealed.is_(False)
    if not reach.care:
        return stands
    women = select(Woman.uuid).where(*asking(reach), *consenting(reach)) if reach.role else None
    about = (CareEvent.submission_id == Submission.id) & (CareEvent.subject_list == "women")
    hers = exists().where(about, CareEvent.subject.in_(women)).correlate(Submission) if women is not None else false()
    return stands & ~kept_unused() & (Submission.health.is_(False) | hers)
