"""From the ids in an address to what they mean, and whether the caller may: each child is found through its parent."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from server.access.allow import allow, may
from server.access.caller import Caller
from server.access.projects import get_project
from server.errors import Forbidden, NotFound, Unauthenticated
from server.models import Form, FormVersion, Project
from server.models.facts import AnyForm, AnyProject, AnyVersion
from server.publishing.queries import find_published, find_version_of
from server.publishing.shown import Shown as FactsShown
from server.publishing.shown import find_shown
from server.publishing.versions import find_form

EMPTY_VERSION = "___"  # how the empty version is written in an address


class Shown(NamedTuple):
    """A form in the version that an address means."""

    project: Project
    form: Form
    version: FormVersion


def signed_in(caller: Caller) -> Caller:
    """The caller, whoever it is. Raises Unauthenticated for nobody."""
    if caller.is_anonymous:
        raise Unauthenticated()
    return caller


def load_project(db: Session, caller: Caller, verb: str, project_id: int) -> Project:
    """Raises NotFound (404.1; also for a deleted one), Unauthenticated, Forbidden."""
    signed_in(caller)
    project = get_project(db, project_id)
    allow(caller, verb, project)
    return project


def load_project_of_forms(db: Session, caller: Caller, project_id: int) -> Project:
    """A project in which the caller has some right, or whose phone it is: what it may see there may be nothing.

    Anybody else is refused: a phone that is shown an empty list takes all its forms away. Raises as `load_project`.
    """
    signed_in(caller)
    project = get_project(db, project_id)
    allow_forms_of(caller, project)
    return project


def allow_forms_of(caller: Caller, project: AnyProject) -> None:
    """Raises Forbidden for who has nothing to do in a project (see `load_project_of_forms`)."""
    if caller.only_sends:
        raise Forbidden(
            "The person who carries this phone works here no longer: it gets no forms and no lists. "
            "What is filled can still be sent."
        )
    here = caller.home_project_id == project.id or any(grant.project_id == project.id for grant in caller.grants)
    if not here:
        allow(caller, "form.list", project)


def load_form(db: Session, caller: Caller, verb: str, project_id: int, xml_form_id: str) -> tuple[Project, Form]:
    """Raises NotFound (404.1; also for a form of another project), Unauthenticated, Forbidden."""
    signed_in(caller)
    found = find_form(db, project_id, xml_form_id)
    if found is None:
        raise NotFound()
    allow(caller, verb, *found)
    return found


def load_version(
    db: Session, caller: Caller, project_id: int, xml_form_id: str, draft: bool = False, version: str | None = None
) -> Shown:
    """The draft, a published version by name, or (neither asked for) the published one, else the draft.

    Raises NotFound, Unauthenticated, Forbidden.
    """
    signed_in(caller)
    found = find_form(db, project_id, xml_form_id)
    if found is None:
        raise NotFound()
    project, form = found
    if version is not None:
        row = find_published(db, form, "" if version == EMPTY_VERSION else version)
    else:
        row = find_version_of(db, form, draft)
    if row is None:
        raise NotFound()
    allow_reading(caller, project, form, row)
    return Shown(project, form, row)


def load_shown(db: Session, caller: Caller, project_id: int, xml_form_id: str) -> FactsShown:
    """As `load_version` where nobody says which, by facts alone: for what phones ask. Raises as that."""
    signed_in(caller)
    found = find_shown(db, project_id, xml_form_id)
    if found is None:
        raise NotFound()
    allow_reading(caller, found.project, found.form, found.version)
    return found


def allow_reading(caller: Caller, project: AnyProject, form: AnyForm, version: AnyVersion) -> None:
    """Who may look at a version: of a draft its makers; of an open or closing form also those who only fill it (6.1)."""
    if not may_read(caller, project, form, version):
        raise Forbidden()


def may_read(caller: Caller, project: AnyProject, form: AnyForm, version: AnyVersion | None) -> bool:
    if version is None or version.published_at is None:
        return may(caller, "form.update", project, form)
    if may(caller, "form.read", project, form):
        return True
    return form.state != "closed" and may(caller, "open_form.read", project, form)
