"""Every page that there is, with who opens it, and what its address needs in a town where everybody wrote."""

import re

from flask import Flask

# Every page by its address in the route map, and who opens it: nobody is "".
PAGES = {
    "/c": "",
    "/join/<token>": "",
    "/not-built": "",
    "/sign-in": "",
    "/sign-in/code": "",
    "/sign-in/openid/back": "",
    "/admin": "ada",
    "/admin/people": "ada",
    "/admin/people/<actor_id>": "ada",
    "/admin/projects/<project_id>": "ada",
    "/admin/projects/<project_id>/channels": "ada",
    "/admin/projects/<project_id>/map-base": "ada",
    "/review/export": "rita",
    "/admin/projects/<project_id>/webhooks": "ada",
    "/admin/projects/<project_id>/webhooks/<webhook_id>": "ada",
    "/consents/texts": "ada",
    "/notices/failed": "ada",
    "/places": "ada",
    "/places/<code>": "ada",
    "/places/<code>/merge": "ada",
    "/places/<code>/outline": "ada",
    "/places/import": "ada",
    "/places/shifts": "rita",
    "/places/shifts/<phone_id>": "rita",
    "/timetable": "ada",
    "/timetable/<name>": "ada",
    "/": "lea",
    "/calendar": "lea",
    "/follow-ups": "lea",
    "/follow-ups/give": "lea",
    "/follow-ups/reasons": "lea",
    "/follow-ups/schedule": "lea",
    "/forms": "lea",
    "/forms/<form_id>": "lea",
    "/forms/<form_id>/draft": "lea",
    "/forms/<form_id>/draft/changes": "lea",
    "/forms/<form_id>/draft/preview": "lea",
    "/forms/upload": "lea",
    "/hand-overs": "lea",
    "/library": "lea",
    "/library/lists": "lea",
    "/library/lists/<name>": "lea",
    "/library/publish": "lea",
    "/library/recordings/<language>": "lea",
    "/office": "lea",
    "/office/supplies": "lea",
    "/phones": "lea",
    "/phones/<actor_id>": "lea",
    "/phones/cards": "lea",
    "/phones/roster": "lea",
    "/red-lines": "lea",
    "/reports": "lea",
    "/reports/indicators/<name>": "lea",
    "/rules": "lea",
    "/rules/<rule>": "lea",
    "/rules/<rule>/draft": "lea",
    "/rules/<rule>/move": "lea",
    "/rules/<rule>/try/<version>": "lea",
    "/follow-ups/<visit_key>": "lin",
    "/follow-ups/<visit_key>/close": "lin",
    "/follow-ups/<visit_key>/give": "lin",
    "/follow-ups/<visit_key>/later": "lin",
    "/follow-ups/acts": "lin",
    "/people/<woman_uuid>": "lin",
    "/review/health/<village>": "lin",
    "/inbox": "rita",
    "/inbox/asked/<submission_id>": "rita",
    "/map": "rita",
    "/map/find": "rita",
    "/map/village/<village>": "rita",
    "/review": "rita",
    "/review/<submission_id>": "rita",
    "/review/<submission_id>/access": "rita",
    "/review/<submission_id>/edit": "rita",
    "/review/<submission_id>/panel": "rita",
    "/review/batches/<batch_id>": "rita",
    "/review/sealed": "rita",
    "/me/reads": "rita",
    "/me": "vera",
    "/me/calendar": "vera",
    "/me/channels": "vera",
    "/me/notices": "vera",
    "/me/security": "vera",
    "/me/work": "vera",
    "/consents": "wang",
    "/emergency": "wang",
    "/follow-ups/<visit_key>/call": "wang",
    "/follow-ups/before-break": "wang",
    "/follow-ups/list": "wang",
    "/follow-ups/print": "wang",
    "/forms/<form_id>/fill": "wang",
    "/m": "wang",
    "/m/week": "wang",
    "/map/home/<woman>": "wang",
    "/people/<woman_uuid>/access": "wang",
    "/people/<woman_uuid>/card": "wang",
    "/people/<woman_uuid>/consent": "wang",
    "/audit": "dora",
    "/audit/reads": "dora",
    "/audit/unusual": "dora",
    "/people/<woman_uuid>/readers": "dora",
    "/rights": "dora",
    "/rights/<request_id>": "dora",
    "/rights/<request_id>/correct/<submission_id>": "dora",
    "/rights/<request_id>/data": "dora",
    "/rights/feedback": "dora",
    "/rights/feedback/<case_id>": "dora",
    "/rights/retention": "dora",
    "/review/<submission_id>/case": "ben",
}
# Pages that are another thing for somebody else as well.
ALSO_FOR = {"/places/shifts": "lea"}  # who runs the town reads how many phones
# What only a sent form shows: who sends it, from which page, and what is pressed there.
PREVIEWS = {
    "/places/<code>/merge": ("lea", "/places/<code>/merge", ('input[name="villages"]', 'button[value="check"]')),
    "/places/import/undo": ("lea", "/places/import", ('form[action="/places/import/undo"] button[value="check"]',)),
}
# What answers with JSON, with a file, or by leading elsewhere.
NO_PAGES = {
    "/calendar/<token>.ics",
    "/m/places",
    "/forms/<form_id>/workbook",
    "/library/lists/<name>/file",
    "/library/recordings/<language>/file",
    "/map/base/<base_id>.pmtiles",
    "/map/base/tianditu/<layer>/<zoom>/<x>/<y>",
    "/map/features",
    "/map/health",
    "/map/rates",
    "/map/tiles/<zoom>/<x>/<y>.mvt",
    "/map/villages",
    "/me/reads.json",
    "/people/<woman_uuid>/readers.json",
    "/push-worker.js",
    "/review/<submission_id>/files/<name>",
    "/review/export/file",
    "/review/export/made/<export_id>",
    "/review/list.csv",
    "/rights/<request_id>/data.json",
    "/signed-in",
}
MEANT = {
    "/library/lists/<name>": {"name": "list"},
    "/library/recordings/<language>": {"language": "spoken"},
    "/phones": {"actor_id": "phone_id"},
    "/reports/indicators/<name>": {"name": "indicator"},
    "/timetable/<name>": {"name": "job"},
    "/review/<submission_id>/case": {"submission_id": "benefit"},
    "/rights/<request_id>/correct": {"request_id": "correction"},
}
STANDS_FOR = {"actor_id": "person_id", "request_id": "export", "woman_uuid": "woman", "token": "link"}


def rules_of(app: Flask, method: str) -> set[str]:
    """The addresses of pages, their parts without converters."""
    rules = app.url_map.iter_rules()
    found = (str(one) for one in rules if one.endpoint.startswith("pages.") and method in (one.methods or ()))
    return {re.sub(r"<(?:[^<>]+:)?(\w+)>", r"<\1>", one) for one in found}


def filled(rule: str, ids: dict[str, str]) -> str:
    meant = next((more for start, more in MEANT.items() if rule.startswith(start)), {})
    ids = {**ids, "job": "outbox", "indicator": "I2"}
    known = {**ids, "name": "reminder", **{name: ids[one] for name, one in {**STANDS_FOR, **meant}.items()}}
    return re.sub(r"<(\w+)>", lambda part: known.get(part[1], "1"), rule)
