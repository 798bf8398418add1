"""A demo's health record as XML, as ODK Collect writes the forms F2 to F6: the questions in the form's own order."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from forms.library import read_library_form
from forms.schema import FormSchema
from forms.xform import read_xform
from server.demo.records import SHANGHAI, write_log
from server.demo.told import Person, Writes, new_id
from server.demo.town import SEED
from server.demo.visits import Sending


@dataclass(frozen=True)
class Filling:
    """One health form filled on a phone. `answers` are by question name; "" or nothing is one that was passed over."""

    form_id: str
    worker: int
    started: datetime
    ended: datetime
    answers: Mapping[str, str]
    writes: Writes | None
    name: str


@cache
def form_of(form_id: str) -> tuple[str, FormSchema]:
    """The version and the questions of a form of the library."""
    read = read_xform(read_library_form(form_id))
    return read.version, read.schema


def write_filling(filling: Filling, instance_id: str) -> bytes:
    """The record. Raises KeyError for an answer to a question that the form does not have."""
    version, schema = form_of(filling.form_id)
    answers = {
        "start": _instant(filling.started),
        "end": _instant(filling.ended),
        "today": filling.started.astimezone(SHANGHAI).date().isoformat(),
        "deviceid": f"collect:demo{filling.worker + 1}",
        **filling.answers,
    }
    meta = (
        f"{_entity(filling.writes)}<audit>audit.csv</audit><orx:instanceID>{instance_id}</orx:instanceID>"
        f"<orx:instanceName>{escape(filling.name)}</orx:instanceName>"
    )
    return (
        "<?xml version='1.0' ?>"
        f'<data id="{filling.form_id}" version="{escape(version)}" xmlns:jr="http://openrosa.org/javarosa"'
        ' xmlns:odk="http://www.opendatakit.org/xforms" xmlns:orx="http://openrosa.org/xforms"'
        ' xmlns:entities="http://www.opendatakit.org/xforms/entities">'
        f"{''.join(_elements(schema, answers))}<meta>{meta}</meta></data>"
    ).encode()


def _elements(schema: FormSchema, answers: Mapping[str, str]) -> Iterator[str]:
    """The answered questions, each in its group. Raises KeyError for names that the form does not ask."""
    known = {one.name for one in schema.fields}
    if unknown := answers.keys() - known:
        raise KeyError(", ".join(sorted(unknown)))
    inside: list[str] = []
    for one in schema.fields:
        if one.group or one.name not in answers or one.path.startswith("/meta"):
            continue
        groups = one.path.split("/")[1:-1]
        same = next((at for at, pair in enumerate(zip(inside, groups, strict=False)) if pair[0] != pair[1]), None)
        shared = min(len(inside), len(groups)) if same is None else same
        yield "".join(f"</{name}>" for name in reversed(inside[shared:]))
        yield "".join(f"<{name}>" for name in groups[shared:])
        inside = groups
        value = answers[one.name]
        yield f"<{one.name}>{escape(value)}</{one.name}>" if value else f"<{one.name}/>"
    yield "".join(f"</{name}>" for name in reversed(inside))


def _entity(writes: Writes | None) -> str:
    """As the entities specification of 2024.1 has it: an update names the version it was made from."""
    if writes is None:
        return ""
    create, update, base = ("true", "false", "") if writes.base == 0 else ("false", "true", str(writes.base))
    label = f"<label>{escape(writes.label)}</label>" if writes.label else ""
    return (
        f"<entity dataset={quoteattr(writes.dataset)} id={quoteattr(writes.entity)} create={quoteattr(create)}"
        f' update={quoteattr(update)} baseVersion={quoteattr(base)} trunkVersion="" branchId="">{label}</entity>'
    )


def send_all(person: Person, until: datetime) -> list[Sending]:
    """What a woman told, as her worker's phone sends it by `until`: mostly within the hour, some days later, in order."""
    sendings: list[Sending] = []
    earliest = datetime.combine(person.told[0].on, time(0), SHANGHAI) if person.told else until
    for number, told in enumerate(person.told):
        drawn = random.Random(f"{SEED}/{person.number}/{number}")  # noqa: S311 - when somebody walked by, no secret
        started = datetime.combine(told.on, time(8, 30), SHANGHAI) + timedelta(minutes=drawn.randint(0, 480))
        started = max(started, earliest)
        filling = Filling(
            told.form_id,
            person.worker,
            started,
            started + timedelta(minutes=drawn.randint(4, 16)),
            told.answers,
            told.writes,
            f"{person.label} {told.on.isoformat()}",
        )
        earliest = filling.ended + timedelta(minutes=1)
        sendings.append(send(filling, f"record/{person.number}/{number}", drawn, sendings))
    return [one for one in sendings if one.at <= until]


def send(filling: Filling, seed: str, drawn: random.Random, before: list[Sending]) -> Sending:
    delay = timedelta(minutes=drawn.randint(1, 40))
    if drawn.random() < 0.1:
        delay = timedelta(days=drawn.randint(1, 6), minutes=drawn.randint(0, 300))
    at = max(filling.ended + delay, before[-1].at + timedelta(minutes=1) if before else filling.ended).astimezone(UTC)
    instance_id = f"uuid:{new_id(seed)}"
    files = {"audit.csv": write_audit_of(filling)}
    return Sending(at, filling.worker, instance_id, write_filling(filling, instance_id), files, form_id=filling.form_id)


def write_audit_of(filling: Filling) -> bytes:
    """The log that Collect keeps of the filling."""
    return write_log(filling.started, filling.ended, "/data/visit_date")


def _instant(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
