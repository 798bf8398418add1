"""Who gets which layer of the map: the one function that decides."""

from dataclasses import dataclass

from server.access.allow import Scope, may, scope_of
from server.access.caller import Caller
from server.access.care_roles import care_role_of
from server.models import Project


@dataclass(frozen=True)
class Layers:
    """The layers that somebody gets, each a question of its own: none joins a home's point with facts of health.

    `pins`: records of visits, where they were taken, in the scope. `health`: the number of health records at each
    village's name, in the scope. `overdue`: bands of what is overdue, by village. `team`: the villages whose care team
    the person is of, whose bands are shown however few people they are about; None for anybody else.
    """

    scope: Scope
    pins: bool = False
    health: bool = False
    overdue: bool = False
    team: Scope | None = None


def layers_for(caller: Caller, project: Project) -> Layers:
    """What of a project's map the caller gets beside the villages and their numbers. Requirement P3, domain.md 6.3."""
    scope = scope_of(caller, project)
    reads = may(caller, "submission.list", project)
    if project.kind != "care":
        return Layers(scope, pins=reads)
    return Layers(
        scope,
        pins=reads,
        health=reads and scope.health,
        overdue=may(caller, "followup.list", project),
        team=scope if care_role_of(caller, project) else None,
    )
