"""The definition of everything below /v1 as OpenAPI 3.1: a path for each rule of the route map, an operation for each method."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from werkzeug.routing import Rule

from server import errors
from server.errors import Problem
from server.web.api.answers import CREATED, FILES_OF, LEADS_ELSEWHERE, NOTHING_COMES, PHONE, SCHEMA_OF, XML
from server.web.api.asked import PLAIN_TEXT, body_of, in_headers, in_path, in_query, path_of
from server.web.api.reading import Read, forget, read_view
from server.web.api.words import words_of
from server.web.session import SAFE
from server.web.wire.rest_schemas import SCHEMAS, ref

Json = dict[str, Any]
View = Callable[..., Any]
VERSION: Final = "1"
METADATA: Final = "/$metadata"
WHY: Final = {
    "400": "the request cannot be read, or asks for something that cannot be",
    "401": "nobody has signed in, or what was given is no good",
    "403": "the right to it is missing",
    "404": "there is no such thing, or not for the caller",
    "406": "Accept excludes every format that there is",
    "409": "something else that is here is in its way",
    "429": "too many tries; Retry-After says when again",
    "500": "an error of ours",
    "501": "this server does not do it, and says why",
    "503": "for the moment not; Retry-After says when again",
}
# Asked of every address: odd characters in a query, a full disk, an error of ours; of who signs in, also how often.
ALWAYS: Final = (errors.UnexpectedValue, errors.HostUnknown, errors.Unavailable, Problem)
OF_WHO_ASKS: Final = (
    errors.Unauthenticated,
    errors.HttpsOnly,
    errors.BasicRefused,
    errors.SecondFactorUnset,
    errors.Forbidden,
    errors.NotFound,
    errors.TooManyTries,
)
OF_WRITES: Final = (errors.UniqueViolation, errors.BadHeader, errors.Unparseable)
# What a function comes to that is told by another one, which its text does not name.
BESIDE: Final[dict[str, tuple[type[Problem], ...]]] = {
    "server.web.central.uploads.definition_of_request": (errors.XlsFormInvalid,),
    "server.reports.odata_options.read_options": (
        errors.SelectUnknown,
        errors.SelectUnsupported,
        errors.ODataFieldUnsupported,
    ),
}
ASK_WHO: Final = frozenset(
    f"server.web.session.{name}" for name in ("asker", "caller", "check_program", "check_own_password")
)
# The secret in the address or in the body is the right; `invalidate` alone asks for more.
OPEN: Final = frozenset({"sessions.open_session", "users.start_reset"})
SCHEMES: Final[Json] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "the token of POST /sessions"},
    "basic": {"type": "http", "scheme": "basic", "description": "over https alone"},
    "digest": {"type": "http", "scheme": "digest", "description": "phones alone, where it is on"},
    "key": {"type": "apiKey", "in": "query", "name": "st", "description": "a phone's key, or that of a public link"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session", "description": "our own pages"},
}


class Operation(NamedTuple):
    """One method of one rule, with what its view's code says."""

    rule: Rule
    method: str
    view: View
    read: Read

    @property
    def path(self) -> str:
        return path_of(self.rule)

    @property
    def problems(self) -> list[type[Problem]]:
        """By code, each code once."""
        kinds: set[type[Problem]] = {*self.read.raises, *ALWAYS}
        kinds |= {kind for name in self.read.names & BESIDE.keys() for kind in BESIDE[name]}
        kinds |= set(OF_WHO_ASKS) if self.read.names & ASK_WHO else set()
        kinds |= set(OF_WRITES) if self.writes else set()
        kinds |= {errors.NotFound} if self.rule.arguments else set()
        return sorted({kind.code: kind for kind in kinds}.values(), key=lambda kind: kind.code)

    @property
    def writes(self) -> bool:
        """Whether there is an act to be noted, in the name of whoever asks."""
        return self.method not in SAFE and "server.web.session.db" in self.read.names and not self.is_open

    @property
    def is_open(self) -> bool:
        return self.rule.endpoint in OPEN or errors.Unauthenticated not in self.read.raises


def operations(rules: Iterable[Rule], views: dict[str, View]) -> list[Operation]:
    """All below /v1, by path. HEAD comes with GET, OPTIONS by itself: both are left out."""
    found = [
        Operation(rule, method, views[rule.endpoint], read_view(views[rule.endpoint]))
        for rule in rules
        if rule.rule.startswith("/v1/")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    forget()
    return sorted(found, key=lambda one: (one.path, one.method))


def openapi(found: list[Operation]) -> Json:
    """All but the server's name and address."""
    paths: dict[str, Json] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = describe(one)
    return {
        "openapi": "3.1.0",
        "security": [{name: []} for name in SCHEMES],
        "tags": [{"name": name} for name in sorted({tag_of(one) for one in found})],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, "PlainText": PLAIN_TEXT, "Problem": problem()},
            "securitySchemes": SCHEMES,
        },
    }


def addressed(document: Json, base: str, title: str) -> Json:
    """`base` is this server's address without a slash at its end."""
    by_key = {"url": f"{base}/v1/key/{{key}}", "variables": {"key": {"default": "key"}}}
    return {
        **document,
        "info": {"title": title, "version": VERSION},
        "servers": [{"url": f"{base}/v1"}, by_key],
    }


def problem() -> Json:
    """pyODK compares the code's text: Central's numbers, and ours."""
    codes = sorted(
        {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)}
    )
    return {
        "type": "object",
        "required": ["message", "code"],
        "properties": {"message": {"type": "string"}, "code": {"enum": codes}, "details": {"type": "object"}},
    }


def describe(one: Operation) -> Json:
    words = words_of(one.rule.endpoint)
    query = in_query(one.read, words)
    body = body_of(one.read, one.method, query, words)
    described: Json = {
        "operationId": id_of(one),
        "tags": [tag_of(one)],
        "summary": summary(one),
        "parameters": [*in_path(one.rule), *query, *in_headers(one.read, one.writes)],
        "responses": {**answers(one), **refusals(one)},
    }
    described |= {"requestBody": body} if body else {}
    return described | ({"security": []} if one.is_open else {})


def id_of(one: Operation) -> str:
    return one.method.lower() + "".join(map(capital, re.findall(r"\w+", one.path)))


def capital(word: str) -> str:
    return word[0].upper() + word[1:]


def tag_of(one: Operation) -> str:
    return str(one.rule.endpoint).partition(".")[0]


def summary(one: Operation) -> str:
    """The first sentence of the view's docstring, else its name."""
    said = (one.view.__doc__ or "").strip().split("\n\n")[0]
    sentence = re.split(r"(?<=\.)\s|\sRaises ", " ".join(said.split()))[0].strip()
    return sentence or capital(one.view.__name__.replace("_", " "))


def answers(one: Operation) -> Json:
    """What comes when all is well."""
    endpoint, names = one.rule.endpoint, one.read.names
    found: Json = {}
    if endpoint in NOTHING_COMES:
        found["204"] = {"description": "yes"}
    elif endpoint in FILES_OF:
        kinds = FILES_OF[endpoint]
        found["201" if endpoint in CREATED else "200"] = said("found", {kind: {} for kind in kinds})
    elif endpoint in SCHEMA_OF:
        found["200"] = said("found", in_json(schema(SCHEMA_OF[endpoint])))
    elif "server.web.wire.central_json.success" in names:
        found["200"] = said("done", in_json(ref("Success")))
    if endpoint in LEADS_ELSEWHERE:
        found[LEADS_ELSEWHERE[endpoint]] = {"description": "it is at Location"}
    if {".contains_weak", ".make_conditional"} & names and one.method in SAFE:
        found["304"] = {"description": "it is as the caller has it"}
    if ".make_conditional" in names and one.method in SAFE:
        found["412"] = said("it is not what If-Match names", {"*/*": {}})
    if "server.web.files.send_open" in names:
        found |= {"206": said("a part", {"*/*": {}}), "416": {"description": "there is no such part"}}
    return found


def said(description: str, content: Json) -> Json:
    return {"description": description, "content": content}


def in_json(of: Json) -> Json:
    return {"application/json": {"schema": of}}


def schema(name: str) -> Json:
    """`[Form]` is a list of forms, `A|B` one of two."""
    if name.startswith("["):
        return {"type": "array", "items": ref(name.strip("[]"))}
    parts = name.split("|")
    return ref(name) if len(parts) == 1 else {"anyOf": list(map(ref, parts))}


def refusals(one: Operation) -> Json:
    """By status, with the codes of each."""
    by_status: dict[str, list[str]] = {}
    for kind in one.problems:
        by_status.setdefault(str(int(kind.code)), []).append(f"{kind.code:g}")
    return {
        status: {"description": f"{WHY[status]} ({', '.join(codes)})", "content": content_of(one, status)}
        for status, codes in by_status.items()
    }


def content_of(one: Operation, status: str) -> Json:
    """Phones are told in XML, and so is who asks for `$metadata`; but not who asks for what no address is like."""
    said_in = [
        kind for kind, is_so in ((PHONE, tag_of(one) == "openrosa"), (XML, one.path.endswith(METADATA))) if is_so
    ]
    in_xml: Json = {kind: {} for kind in said_in}
    return in_json(ref("Problem")) | in_xml if status in ("400", "404") or not in_xml else in_xml
