"""The query of an OData table, read and checked: odk-contract.md 7.4."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import ColumnElement

from server.errors import (
    NotImplemented501,
    ODataExpandUnsupported,
    ODataExpressionUnsupported,
    ODataFieldUnsupported,
    ODataSelectExpand,
    SkiptokenInvalid,
    WrongType,
)
from server.reports.odata_conditions import COLUMNS, NUMBERS
from server.reports.odata_fields import Names, Selection
from server.reports.odata_filter import read_filter
from server.reports.odata_nodes import FieldRef, Node
from server.reports.table import FormTable

SUPPORTED = ("format", "count", "skip", "top", "filter", "wkt", "expand", "select", "skiptoken", "orderby", "search")
BESIDE = ("st",)  # a token in the query; whoever asks is no business of ours
TOKEN_PREFIX = "01"  # noqa: S105 - the version of the skiptoken
LARGEST = 2**53
_ORDER = re.compile(r"\s*(\S+?)(?:\s+(asc|desc))?\s*", re.ASCII | re.IGNORECASE)


OF_RECORDS = {"instanceId": "instance_id", "repeatId": "repeat_id"}
OF_ENTITIES = {"uuid": "uuid"}


@dataclass(frozen=True)
class After:
    """The row that the page before ended with; `repeat_id` in a repeat's table, `uuid` in an entity list."""

    instance_id: str | None = None
    repeat_id: str | None = None
    uuid: str | None = None


class Fields(Protocol):
    """The names of a table, as a query may use them."""

    def resolve(self, name: str) -> FieldRef:
        """Raises ODataFieldUnsupported (501.5)."""

    def select(self, text: str) -> Selection:
        """Raises SelectUnknown (400.23) and SelectUnsupported (400.24)."""


@dataclass(frozen=True)
class Options:
    """What is asked of a table, whatever it holds. `top` None: all that there is."""

    top: int | None = None
    skip: int = 0
    count: bool = False
    wkt: bool = False
    expand: bool = False
    select: Selection | None = None
    filter: Node | None = None
    order: tuple[ColumnElement[Any], ...] = ()
    after: After | None = None
    search: str | None = None


@dataclass(frozen=True)
class Question(Options):
    """What is asked of a form's table."""

    table: FormTable = field(kw_only=True)


def read_question(table: FormTable, args: Mapping[str, str], now: datetime) -> Question:
    """As read_options."""
    return Question(**vars(read_options(Names(table), args, now, OF_RECORDS)), table=table)


def read_options(fields: Fields, args: Mapping[str, str], now: datetime, in_token: Mapping[str, str]) -> Options:
    """`args` are the query's parameters. Raises the Problem of the first thing in them that is no good."""
    for key in args:
        if key not in BESIDE and not (key.startswith("$") and key[1:] in SUPPORTED):
            raise NotImplemented501(feature=key)
    given = {key[1:]: value for key, value in args.items() if key.startswith("$") and value.strip()}
    if "select" in given and "expand" in given and given["select"].strip() != "*":
        raise ODataSelectExpand()
    if "orderby" in given and "skiptoken" in given:
        raise NotImplemented501(feature="$orderby with $skiptoken")
    select = given.get("select", "*").strip()
    return Options(
        top=read_number("$top", given.get("top")),
        skip=read_number("$skip", given.get("skip")) or 0,
        count=is_true(given.get("count")),
        wkt=is_true(given.get("wkt")),
        expand=read_expand(given.get("expand")),
        select=None if select == "*" else fields.select(select),
        filter=read_filter(given["filter"], fields.resolve, now) if "filter" in given else None,
        order=read_order(fields, given["orderby"]) if "orderby" in given else (),
        after=read_token(given["skiptoken"], in_token) if "skiptoken" in given else None,
        search=given.get("search"),
    )


def is_true(text: str | None) -> bool:
    return (text or "").strip().lower() == "true"


def read_number(name: str, text: str | None) -> int | None:
    """Raises WrongType (400.11) for what is no whole number from 0."""
    if text is None:
        return None
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20 or int(digits) > LARGEST:
        raise WrongType(field=name, expected="integer")
    return int(digits)


def read_expand(text: str | None) -> bool:
    if text is None:
        return False
    if text.strip() != "*":
        raise ODataExpandUnsupported()
    return True


def read_order(fields: Fields, text: str) -> tuple[ColumnElement[Any], ...]:
    """`a asc, b desc` over what the record itself is known by; null comes before everything (OData 4.0, 11.2.5.2).

    What is named again decides nothing any more and is left out: databases sort by some hundred columns at most. What the
    names leave open goes by the row's number, in the direction of the first of them, as at Central.
    """
    order: dict[str, ColumnElement[Any]] = {}
    number: ColumnElement[Any] | None = None
    for part in text.split(","):
        match = _ORDER.fullmatch(part)
        if match is None:
            raise ODataExpressionUnsupported(expression=part.strip()[:50])
        ref = fields.resolve(match[1])
        column = COLUMNS.get(ref.place, {}).get(ref.path[0])
        if column is None:
            raise ODataFieldUnsupported(field=match[1])
        falling = (match[2] or "").lower() == "desc"
        order.setdefault(ref.path[0], column.desc().nulls_last() if falling else column.asc().nulls_first())
        if number is None:
            number = NUMBERS[ref.place].desc() if falling else NUMBERS[ref.place].asc()
    return (*order.values(), number) if number is not None else ()


def read_token(text: str, named: Mapping[str, str]) -> After:
    """The opaque text of a nextLink; `named` are the members that it may have. Raises SkiptokenInvalid (400.35)."""
    try:
        held = orjson.loads(b64decode(text.removeprefix(TOKEN_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        raise SkiptokenInvalid() from None
    members = {inner: held.get(name) if isinstance(held, dict) else None for name, inner in named.items()}
    known = all(one is None or (isinstance(one, str) and "\x00" not in one) for one in members.values())
    if not text.startswith(TOKEN_PREFIX) or not any(one is not None for one in members.values()) or not known:
        raise SkiptokenInvalid()
    return After(**members)


def write_token(after: After) -> str:
    held = {name: text for name, inner in (OF_RECORDS | OF_ENTITIES).items() if (text := getattr(after, inner))}
    return TOKEN_PREFIX + b64encode(orjson.dumps(held)).decode()
