"""A demo visit as XML, byte for byte as ODK Collect writes form F1, and the log that Collect keeps of the filling."""

from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from geo.odk_text import write_point
from server.demo.town import DemoVillage, Home

SHANGHAI = ZoneInfo("Asia/Shanghai")
FORM_ID = "household_visit"


@dataclass
class Visit:
    """One call at a door, before it is written as XML. `point` is what the phone took: place and accuracy."""

    home: Home
    village: DemoVillage
    worker: int
    started: datetime
    ended: datetime
    result: str
    consent: bool
    location_ok: bool
    point: tuple[float, float, float] | None
    answers: dict[str, str] = field(default_factory=dict)
    is_odd: bool = False


def write_record(
    visit: Visit, versions: int, village_code: str, instance_id: str, version: str, corrects: str | None = None
) -> bytes:
    """F1's XML as ODK Collect writes it. `versions`: how often the household was written before; 0 makes it new."""
    home, is_new = visit.home, versions == 0
    answers = {
        "start": _instant(visit.started),
        "end": _instant(visit.ended),
        "today": visit.started.astimezone(SHANGHAI).date().isoformat(),
        "deviceid": f"collect:demo{visit.worker + 1}",
        "visit_key": "",
        "household": "" if is_new else home.entity,
        **({"new_id": home.entity} if is_new else {}),
        "village_code": village_code,
        "hamlet": home.hamlet,
        "door_code": home.door_code,
        "door_code_taken": "0",
        **visit.answers,
    }
    if visit.answers.get("consent_household") == "no":
        del answers["hamlet"]
    body = "".join(_element(name, value) for name, value in _with_point(answers, visit).items())
    deprecated = f"<orx:deprecatedID>{corrects}</orx:deprecatedID>" if corrects else ""
    name = f"{home.door_code} {answers['visit_date']}"
    meta = (
        f"{_entity(home, versions)}<audit>audit.csv</audit><orx:instanceID>{instance_id}</orx:instanceID>{deprecated}"
        f"<orx:instanceName>{escape(name)}</orx:instanceName>"
    )
    return (
        "<?xml version='1.0' ?>"
        f'<data id="{FORM_ID}" version="{escape(version)}" xmlns:jr="http://openrosa.org/javarosa"'
        ' xmlns:odk="http://www.opendatakit.org/xforms" xmlns:orx="http://openrosa.org/xforms"'
        ' xmlns:entities="http://www.opendatakit.org/xforms/entities">'
        f"{body}<meta>{meta}</meta></data>"
    ).encode()


def _with_point(answers: dict[str, str], visit: Visit) -> dict[str, str]:
    """The point stands right after the question whether it may be taken."""
    placed: dict[str, str] = {}
    for name, value in answers.items():
        placed[name] = value
        if name == "location_ok" and visit.point:
            lon, lat, accuracy = visit.point
            placed["location"] = write_point(lon, lat, 402.0, accuracy)
    return placed


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else f"<{name}/>"


def _entity(home: Home, versions: int) -> str:
    """The household's record is made at the first visit and written again at each later one."""
    create, base = ("true", "") if versions == 0 else ("false", str(versions))
    update = "false" if versions == 0 else "true"
    return (
        f'<entity dataset="households" id="{home.entity}" create="{create}" update="{update}"'
        f' baseVersion="{base}" trunkVersion="" branchId="">'
        f"<label>{escape(f'{home.door_code} {home.hamlet}')}</label></entity>"
    )


def _instant(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def write_audit(visit: Visit) -> bytes:
    """The log that Collect keeps of a form's filling."""
    return write_log(visit.started, visit.ended, "/data/visit_result")


def write_log(started_at: datetime, ended_at: datetime, question: str) -> bytes:
    """When a form was opened, a question answered, the form saved; no places."""
    started, ended = (int(at.timestamp() * 1000) for at in (started_at, ended_at))
    lines = ["event,node,start,end", f"form start,,{started},", f"question,{question},{started},{ended}"]
    return "\n".join([*lines, f"form save,,{ended},", f"form exit,,{ended},", ""]).encode()
