"""The one place that decides. A plain project has Central's rights exactly; a care project also binds village scope.

In a care project an administrator has no content: the site-wide role gives everything there but what people answered.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from server.access import roles
from server.access.caller import Caller, Grant
from server.errors import Forbidden, Unauthenticated
from server.models import BENEFIT, FEEDBACK, TRAINING
from server.models.facts import AnyForm, AnyProject

READ_BY: Final = {TRAINING: roles.TRAINER, BENEFIT: roles.BENEFIT_OFFICER, FEEDBACK: None}
"""Forms of a care project whose records are for one role alone, or for nobody: F9 leaves none (intake/feedback.py)."""


@dataclass(frozen=True)
class Scope:
    """What of a project's records a caller's rights reach: all of it, or what lies in some villages.

    `health`: records with health answers too. In a care project they are for its clinicians alone, and then
    `shared_only`: not those of a woman who does not share them with the clinic, or whose consent ended before `today`.
    `withheld`: form ids whose records are left out, since they are for a role that the caller has not (READ_BY). `only`: the
    form ids of the only records, for who has no other right to any; None is all that are not withheld.
    `person`: who asks there; back-checks (F11) of that person's own visits are left out. None leaves out nothing.
    """

    project_id: int
    everything: bool
    village_ids: frozenset[int] = frozenset()
    health: bool = False
    shared_only: bool = False
    withheld: frozenset[str] = frozenset(READ_BY)
    only: frozenset[str] | None = None
    today: date | None = None
    person: int | None = None

    def covers(self, village_id: int | None) -> bool:
        return self.everything or (village_id is not None and village_id in self.village_ids)

    def reads(self, form_id: str) -> bool:
        """Whether records of this form are in it at all, as far as the form goes."""
        return form_id not in self.withheld and (self.only is None or form_id in self.only)


OF_ANY_FORM = roles.verbs("project.read form.list open_form.list")


def may(caller: Caller, verb: str, project: AnyProject | None = None, form: AnyForm | None = None) -> bool:
    """Whether some grant of the caller holds the verb for this project or form (or for the site, when none is named)."""
    if caller.only_sends and verb != "submission.create":
        return False
    return any(reaches(grant, project, form) and verb in verbs_of(grant, project, form) for grant in caller.grants)


def reaches(grant: Grant, project: AnyProject | None, form: AnyForm | None) -> bool:
    if grant.form_id is not None:
        return form is not None and grant.form_id == form.id
    if grant.project_id is not None:
        return project is not None and grant.project_id == project.id
    return True


def verbs_of(grant: Grant, project: AnyProject | None, form: AnyForm | None = None) -> frozenset[str]:
    """The verbs a grant gives in a project, or for one of its forms.

    Purpose roles mean nothing in a plain project, site roles lose content in a care one, and a role of some forms reads
    neither answers nor lists of any other form.
    """
    role = roles.BY_ID.get(grant.role_id)
    if role is None or project is None:
        return role.verbs if role else frozenset()
    if project.kind == "care":
        if role.forms is not None and (form is None or form.xml_form_id not in role.forms):
            return role.verbs - roles.CONTENT if form is None else role.verbs & OF_ANY_FORM
        on_the_site = grant.project_id is None and grant.form_id is None
        return role.verbs - roles.CONTENT if on_the_site else role.verbs
    return frozenset() if role.purpose else role.verbs


def allow(caller: Caller, verb: str, project: AnyProject | None = None, form: AnyForm | None = None) -> None:
    """Raises Unauthenticated for nobody, Forbidden for somebody without the right."""
    if may(caller, verb, project, form):
        return
    raise Unauthenticated() if caller.is_anonymous else Forbidden()


def scope_of(caller: Caller, project: AnyProject) -> Scope:
    """Which records of a project the caller's rights reach. Every list query takes this."""
    if project.kind == "plain":
        return Scope(project.id, everything=True, health=True, withheld=frozenset())
    villages = caller.villages.get(project.id, frozenset())
    health = holds_role(caller, roles.CLINICIAN, project)
    rights: Any = {"health": health, "shared_only": health, "today": caller.today if health else None}
    rights["person"] = caller.person_id
    rights["withheld"] = frozenset(
        form_id for form_id, role_id in READ_BY.items() if role_id is None or not holds_role(caller, role_id, project)
    )
    if villages is None:
        return Scope(project.id, everything=True, **rights)
    handed = frozenset[int]().union(*(one.village_ids for one in caller.handed if one.project_id == project.id))
    opened = opened_villages(caller, project.id)
    return Scope(project.id, False, villages | handed | opened, **rights)


def allow_records(caller: Caller, verb: str, project: AnyProject) -> Scope:
    """As `allow`, of records: a role of some forms is enough for these. What the caller's rights reach of the records."""
    found = find_records_scope(caller, verb, project)
    if found is None:
        raise Unauthenticated() if caller.is_anonymous else Forbidden()
    return found


def find_records_scope(caller: Caller, verb: str, project: AnyProject) -> Scope | None:
    """What of a project's records a verb reaches, by a role in the project or by roles of some forms; None is none."""
    scope, only = scope_of(caller, project), forms_with(caller, verb, project)
    if may(caller, verb, project):
        return scope
    return replace(scope, only=only) if only else None


def forms_with(caller: Caller, verb: str, project: AnyProject) -> frozenset[str]:
    """The form ids on whose records a role of some forms gives a verb in a care project."""
    if project.kind != "care" or caller.only_sends:
        return frozenset()
    here = (grant for grant in caller.grants if grant.project_id == project.id and grant.form_id is None)
    held = (roles.BY_ID.get(grant.role_id) for grant in here)
    return frozenset[str]().union(*(role.forms for role in held if role and role.forms and verb in role.verbs))


def opened_villages(caller: Caller, project_id: int) -> frozenset[int]:
    """What she opened for herself in an emergency."""
    return frozenset(one.village_id for one in caller.opened if one.project_id == project_id)


def holds_role(caller: Caller, role_id: int, project: AnyProject) -> bool:
    """By a role in the project itself: a role on one form of it reaches no other form's records."""
    here = (grant for grant in caller.grants if grant.project_id == project.id and grant.form_id is None)
    return any(grant.role_id == role_id for grant in here)


def verbs_in(caller: Caller, project: AnyProject | None = None) -> list[str]:
    """All verbs a caller holds in a project, or on the site, sorted: what the wire calls `verbs`."""
    found: set[str] = set()
    for grant in caller.grants:
        if grant.form_id is None and reaches(grant, project, None):
            found |= verbs_of(grant, project)
    return sorted(found)
