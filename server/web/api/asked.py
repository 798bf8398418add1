"""What a view takes: the parameters of its address, its query and its headers, and its body, as OpenAPI 3.1 has them.

All of it is what the view's own code reads (reading.py); what words a text may be is said by WORDS, where not any is.
"""

import re
from typing import Any, Final

from werkzeug.routing import Rule

from server.reports.odata_options import SUPPORTED
from server.web.api.reading import NOTHING, Call, Read
from server.web.json_body import LARGEST_NUMBER
from server.web.plain_text import LARGEST_ID, LONGEST
from server.web.session import SAFE
from server.web.wire.rest_schemas import ref

Json = dict[str, Any]
WEB: Final = "server.web."
# What a text may hold (plain_text.py): no control character but tab and the ends of lines.
PLAIN_TEXT: Final[Json] = {
    "type": "string",
    "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]*$",
}
LONG: Final = ref("PlainText")
PLAIN: Final[Json] = {**LONG, "maxLength": LONGEST}
SWITCH: Final[Json] = {**LONG, "description": "true in any case is yes, anything else no"}
ON: Final[Json] = {**LONG, "description": "false in any case is no, anything else yes"}
NUMBER: Final[Json] = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
MOMENT: Final[Json] = {"anyOf": [{"type": "string", "format": "date-time"}, {"const": ""}]}
READERS: Final[dict[str, Json]] = {
    f"{WEB}parameters.is_true": SWITCH,
    f"{WEB}exports.option": SWITCH,
    f"{WEB}exports.option_text": LONG,
    f"{WEB}parameters.query_text": PLAIN,
    f"{WEB}parameters.query_instant": MOMENT,
    f"{WEB}ogc_parameters.read_once": LONG,
    f"{WEB}parameters.read_number": NUMBER,
    "server.reports.odata_options.read_number": NUMBER,
    "request.args.get": LONG,
    "request.args.getlist": LONG,
}
XML, FILE = "application/xml", "application/octet-stream"
WORKBOOKS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
)
NAMES: Final = {"form_id": "xmlFormId", "xml_form_id": "xmlFormId"}
EXTENDED: Final[Json] = {
    "name": "X-Extended-Metadata",
    "in": "header",
    "schema": {"type": "string"},
    "description": "true: more of each",
}
NOTES: Final[Json] = {
    "name": "X-Action-Notes",
    "in": "header",
    "schema": {"type": "string", "pattern": r"^([^%\u0000-\u001f\u007f]|%(?![01][0-9A-Fa-f]|7[Ff]))*$"},
    "description": "kept beside the act in the audit log; percent-encoded",
}


def word_of(name: str, converter: str) -> str:
    """A variable of a rule as Central's documents write it: `xml_form_id` is xmlFormId, a form's number formId."""
    if name in NAMES and "int" not in converter:
        return NAMES[name]
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def path_of(rule: Rule) -> str:
    """The rule below /v1 with its variables in braces."""
    kinds = {name: type(kind).__name__.lower() for name, kind in rule._converters.items()}
    return re.sub(
        r"<(?:[^<>:]*:)?(\w+)>", lambda found: "{" + word_of(found[1], kinds[found[1]]) + "}", rule.rule
    ).removeprefix("/v1")


def in_path(rule: Rule) -> list[Json]:
    return [
        {"name": word_of(name, type(kind).__name__.lower()), "in": "path", "required": True, "schema": schema_of(kind)}
        for name, kind in rule._converters.items()
    ]


def schema_of(converter: Any) -> Json:
    kind = type(converter).__name__
    if kind == "IntegerConverter":
        return NUMBER
    if kind == "UUIDConverter":
        return {"type": "string", "format": "uuid"}
    if kind == "AnyConverter":
        return {"enum": sorted(converter.items)}
    return {"type": "string", "minLength": 1}


def in_query(read: Read, words: dict[str, Json]) -> list[Json]:
    """`words` say more of some than the code that reads them does (words.py)."""
    found: dict[str, Json] = {}
    for call in read.calls:
        name = call.args[0] if call.args else NOTHING
        if call.to in READERS and isinstance(name, str):
            schema = ON if call.named.get("default") is True else READERS[call.to]
            found[name] = schema if found.get(name, LONG) in (LONG, SWITCH) else found[name]
    if "server.reports.odata_options.read_options" in read.names:
        found = {**{f"${name}": LONG for name in SUPPORTED}, **found}
    return [
        {"name": name, "in": "query", "required": False, "explode": False, "schema": words.get(f"?{name}", schema)}
        for name, schema in sorted(found.items())
    ]


def in_headers(read: Read, writes: bool) -> list[Json]:
    found = [EXTENDED] if f"{WEB}parameters.wants_extended" in read.names else []
    found += [NOTES] if writes else []
    for call in read.calls:
        if call.to == f"{WEB}parameters.decoded_header" and isinstance(call.args[0], str):
            found.append({**NOTES, "name": call.args[0], "description": "percent-encoded"})
    return [one for number, one in enumerate(found) if one not in found[:number]]


def body_of(read: Read, method: str, query: list[Json], words: dict[str, Json]) -> Json | None:
    """None where no body is read."""
    if method in SAFE:
        return None
    said = [call for call in read.calls if call.to == f"{WEB}json_body.read_json"]
    if said:
        schema = object_of(said[0], read, words)
        return content(("application/json",), schema, required=bool(schema.get("required")))
    if f"{WEB}exports.option_text" in read.names:
        options = {one["name"]: one["schema"] for one in query if one["name"] != "fieldpath"}
        return content(("application/x-www-form-urlencoded",), {"type": "object", "properties": options}, False)
    if "server.intake.envelope.read_envelope" in read.names:
        return content(("multipart/form-data",), envelope(), True)
    if f"{WEB}central.uploads.definition_of_request" in read.names:
        return content((XML, *WORKBOOKS), {}, False)
    if "forms.instance.read_instance" in read.names:
        return content((XML,), {}, True)
    reads_file = f"{WEB}json_body.read_bytes" in read.names or ".stream" in read.names
    return content((FILE,), {}, False) if reads_file else None


def content(kinds: tuple[str, ...], schema: Json, required: bool) -> Json:
    return {"required": required, "content": {kind: {"schema": schema} if schema else {} for kind in kinds}}


def envelope() -> Json:
    """A filled form as phones send it; its files are parts named as they are (odk-contract.md 2.11)."""
    return {
        "type": "object",
        "required": ["xml_submission_file"],
        "properties": {"xml_submission_file": {"type": "string", "contentMediaType": "text/xml"}},
    }


def object_of(call: Call, read: Read, words: dict[str, Json]) -> Json:
    """The mappings that a view gives to `read_json`; what it misses afterwards is required, too."""
    given = dict(zip(("required", "optional", "limit", "strict"), call.args, strict=False)) | call.named
    required, optional = (given.get(name) or {} for name in ("required", "optional"))
    assert NOTHING not in (required, optional), "what read_json is given is written as constants"
    missed = [one.named.get("field") for one in read.calls if is_missed(one)]
    needed = [*required, *(name for name in optional if name in missed)]
    schema: Json = {
        "type": "object",
        "properties": {name: words.get(name, type_of(kind)) for name, kind in {**required, **optional}.items()},
    }
    schema |= {"required": needed} if needed else {}
    return schema | ({"additionalProperties": False} if given.get("strict") is True else {})


def is_missed(call: Call) -> bool:
    """Whether a view itself says that a field has to be there."""
    return call.to == "MissingParameter" and call.module.startswith(WEB)


TYPES: Final[dict[Any, Json]] = {
    str: PLAIN,
    int: {"type": "integer", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
    bool: {"type": "boolean"},
    list: {"type": "array"},
    dict: {"type": "object"},
    type(None): {"type": "null"},
}


def type_of(kind: Any) -> Json:
    if kind is object:
        return {}
    kinds = [TYPES[one] for one in getattr(kind, "__args__", (kind,))]
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
