"""Names that a care project keeps for the lists which the server makes for each phone: nobody else fills them.

An entity list of such a name would also win over the file on the phone (odk-contract.md 2.8).
"""

from collections.abc import Iterable

from server.errors import UnexpectedValue
from server.followups.phone_lists import MADE_LISTS
from server.models import Project
from server.models.facts import AnyProject, AnySlot
from server.registry.workers import is_list_of_workers


def is_made_list(project: AnyProject, name: str) -> bool:
    """Phones take list names as they are, file systems and databases not always: so in any case of letters."""
    return project.kind == "care" and name.lower() in MADE_LISTS


def is_made_file(project: AnyProject, slot: AnySlot) -> bool:
    """Whether a file that a form names is made by the server."""
    return project.kind == "care" and slot.type == "file" and slot.name in {f"{name}.csv" for name in MADE_LISTS}


def refuse_made_lists(project: Project, names: Iterable[str]) -> None:
    """Raises UnexpectedValue (400.8) for the name of a list that the server makes."""
    for name in names:
        if is_made_list(project, name):
            raise UnexpectedValue(
                "The server makes the list {value} for each phone, so nobody else writes it.",
                field="name",
                value=name,
                reason="the server makes this list for each phone",
            )


def refuse_rows_of_workers(project: Project, name: str) -> None:
    """Raises UnexpectedValue (400.8) where somebody would write the list of workers himself."""
    if is_list_of_workers(project, name):
        raise UnexpectedValue(
            "The server makes the rows of the list {value}, one for each worker, so nobody else writes them.",
            field="name",
            value=name,
            reason="the server makes its rows",
        )
