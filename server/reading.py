"""A stored submission version with what it answers: all that a deriver is given (server/intake/derive.py runs them)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms.instance import Instance
from forms.schema import FormSchema
from server.models.facts import AnyProject


@dataclass(frozen=True)
class Reading:
    """`is_edit`: the version corrects an earlier one, so what was derived from that one is to be replaced.

    `is_first`: the record was stored in this very transaction, so there is nothing of it yet that could be replaced.
    `values`: its answers (`forms.instance.read_values`) where they were read already; nobody changes them.
    `guarded`: each deriver runs in a savepoint of its own, so that its failure is its own. Otherwise nobody keeps what it
    wrote when it fails: the whole transaction is written again, guarded.

    A deriver is `(db, reading) -> None`, may run again for the same version, and raises when it cannot read something; it
    never commits.
    """

    project: AnyProject
    form_id: int
    submission_id: int
    submission_version_id: int
    schema: FormSchema
    entity_related: bool
    instance: Instance
    actor_id: int | None
    user_agent: str | None
    now: datetime
    is_edit: bool
    is_first: bool = False
    values: dict[str, Any] | None = None
    guarded: bool = True
