"""What a woman writes to the rights officer from the page that her card opens: the way of feedback (F9), without her name.

Nothing of the card, of her or of the minute goes with it (registry/feedback_desk.py).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from forms.schema import Node
from server.followups.feedback_days import due_days_by
from server.followups.town_calendar import calendar_of
from server.models import FEEDBACK, FormVersion, Project
from server.publishing.versions import SCHEMAS, find_form
from server.registry.feedback_desk import take_in
from server.registry.feedback_told import read_told

ASKED: Final = ("felt_pressured", "charged", "told_others")
"""The questions of F9 that the page asks; each may be answered yes, or stay empty."""


def find_version(db: Session, project: Project) -> FormVersion | None:
    """The town's feedback form as it is out now; None where it is not."""
    found = find_form(db, project.id, FEEDBACK)
    number = found[1].current_version_id if found else None
    return db.get(FormVersion, number) if number else None


def tell(db: Session, project: Project, version: FormVersion, said: Mapping[str, str], now: datetime) -> None:
    """Takes in answers by the names of F9's questions. Those that the town's form does not ask are left out."""
    schema = SCHEMAS.get(db, version.id, version.sha256)
    told = read_told(put_in_place(schema.tree, {"who": "client", **said}), schema)
    take_in(db, project.id, version.id, told, now, due_days_by(calendar_of(db, project.id)))


def put_in_place(node: Node, said: Mapping[str, str]) -> dict[str, Any]:
    """The answers in the groups in which the form asks them, as forms.instance.read_values gives them."""
    found: dict[str, Any] = {}
    for child in node.nodes:
        if child.nodes and not child.repeat:
            found[child.name] = put_in_place(child, said)
        elif said.get(child.name):
            found[child.name] = said[child.name]
    return {name: value for name, value in found.items() if value}
