"""What the retention did, what it would do next, and who read and signed its reports."""

from typing import Any

import orjson
from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from server.access.profiles import find_actors
from server.models import RetentionRun
from server.registry.retention import backups_until, cutoff
from server.registry.retention_counts import count_ahead
from server.registry.retention_runs import list_runs, sign_run
from server.web import session
from server.web.pages.door import pages
from server.web.pages.rights import desk
from server.web.pages.sent import ID
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

COUNTED = {
    "women": _l("Women shrunk to code and counts"),
    "records": _l("Records emptied"),
    "files": _l("Files deleted"),
    "entities": _l("Entries in lists"),
    "follow_ups": _l("Follow-ups"),
    "sealed_records": _l("Sealed records emptied"),
    "cases": _l("Benefit cases that were over"),
    "case_records": _l("Their records emptied"),
}


@pages.get("/rights/retention")
def show_retention() -> Response:
    """How much is past its time now, and the runs that did something."""
    project, _scope = desk("rights.erase")
    db = session.db()
    runs = list_runs(db, project.id)
    people = find_actors(db, {one.signed_by_id for one in runs})
    planned = count_ahead(db, project.id, session.now())
    facts: dict[str, Any] = {
        "planned": lines_of(planned),
        "nothing_next": not (planned["women"] or planned["sealed_records"] or planned["cases"]),
        "before": cutoff(session.now()),
        "backups_until": backups_until(session.config().data_dir / "backups", session.now()),
        "runs": [row_of(one, people) for one in runs],
    }
    return make_response(render_template("rights/retention.html", **facts))


def row_of(run: RetentionRun, people: Any) -> dict[str, Any]:
    signer = people.get(run.signed_by_id) if run.signed_by_id else None
    return {
        "id": run.id,
        "ran_at": run.ran_at,
        "before": run.last_contact_before,
        "lines": lines_of(orjson.loads(run.report_json)),
        "digest": run.digest[:16],
        "signed_at": run.signed_at,
        "signer": signer.display_name if signer else "",
    }


def lines_of(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(word), str(report[name])) for name, word in COUNTED.items() if name in report]


@pages.post(f"/rights/retention/<{ID}:run_id>/sign")
def sign(run_id: int) -> Response:
    project, _scope = desk("rights.erase")
    sign_run(session.db(), project.id, run_id, require_person(), session.now())
    return say("/rights/retention", _("Signed."))
