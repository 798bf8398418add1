"""Audit rows in Central's JSON (odk-contract.md 6.10)."""

import uuid

from server.access.audit_queries import Acts
from server.models import Audit
from server.web.wire.central_json import Json, instant
from server.web.wire.people_json import actor

ACTEES = uuid.UUID(
    "3f0c1c0e-6d8b-5e0b-9a53-0c4d3a5b7f21"
)  # names what acts are upon, for clients that group by acteeId


def acting_upon(row: Audit) -> tuple[str, int] | None:
    """The narrowest thing that an act was upon."""
    for kind, number in (
        ("actor", row.actee_actor_id),
        ("dataset", row.dataset_id),
        ("form", row.form_id),
        ("project", row.project_id),
    ):
        if number is not None:
            return kind, number
    return None


def actee_id(row: Audit) -> str | None:
    """Always the same for the same thing, as Central's acteeId."""
    upon = acting_upon(row)
    return str(uuid.uuid5(ACTEES, f"{upon[0]}:{upon[1]}")) if upon else None


def audit(row: Audit) -> Json:
    return {
        "actorId": row.actor_id,
        "action": row.action,
        "acteeId": actee_id(row),
        "details": row.details,
        "loggedAt": instant(row.logged_at),
        "notes": row.notes,
    }


def audits_extended(acts: Acts) -> list[Json]:
    return [{**audit(row), "actor": actor_of(acts, row.actor_id), "actee": actee(acts, row)} for row in acts.rows]


def actor_of(acts: Acts, actor_id: int | None) -> Json | None:
    found = acts.actors.get(actor_id or 0)
    return actor(found) if found else None


def actee(acts: Acts, row: Audit) -> Json | None:
    upon = acting_upon(row)
    if upon is None:
        return None
    kind, number = upon
    if kind == "actor":
        return actor_of(acts, number)
    if kind == "dataset" and number in acts.datasets:
        return {"name": acts.datasets[number].called, "projectId": acts.datasets[number].project_id}
    if kind == "form" and number in acts.forms:
        form = acts.forms[number]
        return {"projectId": form.project_id, "xmlFormId": form.xml_form_id, "name": form.xml_form_id}
    if kind == "project" and number in acts.projects:
        return {"id": number, "name": acts.projects[number].name}
    return None
