"""Whose follow-ups somebody reaches: the one answer that pages, and programs, go by."""

from datetime import date

from server.access.caller import Caller
from server.access.her_worker import where_hers_live
from server.followups.queries import Whose
from server.models import Project
from server.registry.reach import reach_of, women_of


def whose_follow_ups(
    caller: Caller, project: Project, codes: frozenset[str] | None, today: date
) -> frozenset[str] | Whose | None:
    """What queries take: for a village worker women go by whom they chose. `codes` are the villages of the caller's scope.

    Whether she may read follow-ups at all is asked elsewhere.
    """
    reached = reach_of(caller, project, today)
    women = women_of(reached)
    if women is None:
        return codes
    return Whose(codes, women, where_hers_live(reached.scope, reached.carer), carer=reached.carer)
