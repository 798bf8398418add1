"""What some texts and numbers of a request may be, where the code that reads them takes any and looks at them later."""

from typing import Any, Final

from server.access.audit_queries import GROUPS
from server.access.care_roles import CARE_ROLES
from server.access.passwords import MOST_BYTES, SHORTEST
from server.feeds.reading import LARGEST
from server.intake.review import STATES
from server.web.ogc_parameters import FIRST_LIMIT, LARGEST_LIMIT
from server.web.plain_text import LARGEST_ID
from server.web.wire import ogc_openapi
from server.web.wire.rest_schemas import an_object, many, one_of, or_null, ref

Json = dict[str, Any]
CONTROL: Final = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff"
# Some sign in it that is seen.
SAID: Final[Json] = {"type": "string", "pattern": rf"^[^{CONTROL}]*[^\s{CONTROL}][^{CONTROL}]*$", "maxLength": 10_000}
KIND: Final = one_of("plain", "care")
STATE: Final = one_of("open", "closing", "closed")
TEXT: Final = ref("PlainText")
PASSWORD: Final[Json] = {**TEXT, "minLength": SHORTEST, "description": f"at most {MOST_BYTES} bytes"}
ADDRESS: Final[Json] = {**TEXT, "description": "an e-mail address"}
NAME: Final[Json] = {**TEXT, "description": "a letter first, then letters, digits, _ and -"}
NAMED: Final = {"name": NAME}
UUID: Final[Json] = {**TEXT, "description": "of version 4"}
NO_ODD_NAMES: Final[Json] = {"propertyNames": TEXT}
WISH: Final = NO_ODD_NAMES | an_object(
    xmlFormId=TEXT,
    state_=or_null({"enum": ["open", "closing", "closed"]}),
    assignments_=or_null(
        many(an_object(roleId={"type": "integer", "minimum": 1}, actorId={"type": "integer", "minimum": 1}))
    ),
)
FORMAT_JSON: Final = {"?$format": {"enum": ["", "json", "application/json"]}}
FORMAT_XML: Final = {"?$format": {"enum": ["", "xml", "application/xml"]}}
OF_OGC: Final[dict[str, Json]] = {
    f"?{name}": one["schema"] for name, one in ogc_openapi.parameters(FIRST_LIMIT, LARGEST_LIMIT).items()
} | {"?limit": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}}  # more than may be had is no error
DATA: Final[Json] = {"type": "object", "additionalProperties": TEXT, **NO_ODD_NAMES}
ENTITY: Final[Json] = {"label": or_null(SAID), "uuid": or_null(UUID), "data": or_null(DATA)}

# By the door or by the view, then by the field of the body, or by the parameter with a question mark.
WORDS: Final[dict[str, dict[str, Json]]] = {
    "projects": {"name": SAID, "kind": KIND, "forms": many(WISH)},
    "forms.patch_form": {"state": STATE},
    "app_users": {
        "displayName": SAID,
        "properties": or_null({"type": "object", "additionalProperties": or_null(TEXT)}),
    },
    "app_users.put_carer": {"role": one_of(*CARE_ROLES)},
    "public_links": {"displayName": SAID},
    "users": {"email": ADDRESS, "password": or_null(PASSWORD), "new": or_null(PASSWORD), "displayName": or_null(SAID)},
    "users.start_reset": {"email": TEXT},
    "users.finish_reset": {"new": PASSWORD},
    "users.patch_user": {"email": or_null(ADDRESS), "displayName": or_null(SAID)},
    "users.post_user": {"displayName": or_null(TEXT)},
    "audits.get_audits": {"?action": {**TEXT, "description": f"nonverbose, {', '.join(GROUPS)}, or an action"}},
    "changes.get_changes": {"?limit": {"type": "integer", "minimum": 0, "maximum": LARGEST}},
    "datasets.post_dataset": NAMED,
    "datasets.post_property": NAMED,
    "actor_properties": NAMED,
    "datasets.patch_dataset": {"?convert": {"enum": ["", "true", "false"]}},
    "entities": {
        **ENTITY,
        "ids": many(TEXT),
        "entities": many(an_object(label=SAID, uuid_=ENTITY["uuid"], data_=DATA)),
    },
    "roles.put_villages": {"villages": or_null(many(TEXT))},
    "submissions.review_submission": {"reviewState": one_of(*STATES)},
    "submissions.add_comment": {"body": SAID},
    "odata": FORMAT_JSON,
    "odata.get_metadata": FORMAT_XML,
    "odata.get_draft_metadata": FORMAT_XML,
    "odata_entities": FORMAT_JSON,
    "odata_entities.get_metadata": FORMAT_XML,
    "ogc": OF_OGC,
    "ogc.get_api": {"?f": one_of("json", "html")},
}


def words_of(endpoint: str) -> dict[str, Json]:
    return {**WORDS.get(endpoint.partition(".")[0], {}), **WORDS.get(endpoint, {})}
