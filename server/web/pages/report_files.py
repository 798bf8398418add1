"""A report's table as a file to take away, each time written down."""

from collections.abc import Sequence

from flask import Response, make_response

from server.access.audit import record
from server.models import Project
from server.reports.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from server.reports.xlsx import Cell
from server.web import session
from server.web.files import disposition

FILE = "any(csv, xlsx)"
"""The route converter for the kind of a file."""


def send_table(kind: str, name: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Response:
    """`name` is the file's without its ending, and the sheet's."""
    content = as_csv(heads, rows) if kind == "csv" else as_xlsx(name, heads, rows)
    answer = make_response(content)
    answer.headers["Content-Type"] = CSV_TYPE if kind == "csv" else XLSX_TYPE
    answer.headers["Content-Disposition"] = disposition("attachment", f"{name}.{kind}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def note_taken(action: str, project: Project, details: dict[str, str]) -> None:
    """Into the audit, though the request only reads."""
    with session.database().transaction() as db:
        record(
            db, action, actor_id=session.caller().actor_id, now=session.now(), project_id=project.id, details=details
        )
