"""The audit log, for who administers the site (6.10)."""

from flask import Response

from server.access.allow import allow
from server.access.audit_queries import Wanted, guarded_from, list_audits, look_up, unheard_by
from server.web.central.door import CentralDoor
from server.web.parameters import page, query_instant, query_text, wants_extended
from server.web.session import caller, reading
from server.web.wire import audits_json, central_json

audits = CentralDoor("audits")


@audits.get("/audits")
def get_audits() -> Response:
    allow(caller(), "audit.read")
    part, guarded = page(), guarded_from(reading(), caller())
    span = query_instant("start"), query_instant("end")
    unheard = unheard_by(reading(), caller())
    wanted = Wanted(query_text("action"), *span, part.offset, part.limit, guarded=guarded, unheard=unheard)
    rows = list_audits(reading(), wanted)
    if wants_extended():
        return central_json.reply(audits_json.audits_extended(look_up(reading(), rows)))
    return central_json.reply([audits_json.audit(row) for row in rows])
