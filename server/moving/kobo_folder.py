"""A folder of what KoboToolbox' API version 2 gives of one form (an asset): its definition, its records, their files.

    asset.json                  /api/v2/assets/{uid}.json
    asset.xml                   /api/v2/assets/{uid}.xml       the XForm; and, where it is at hand, asset.xls or asset.xlsx
    data.json, data-2.json, …   /api/v2/assets/{uid}/data.json?start=0&limit=1000, and so on: what Kobo knows of each record
    data.xml, data-2.xml, …     /api/v2/assets/{uid}/data.xml?start=0&limit=1000, and so on: the records themselves
    attachments/                the files, in whatever folders below

Only reads. What Kobo adds to a record it writes with an underscore before: `_uuid`, `_submission_time` (UTC), `_submitted_by`,
`_validation_status`, `_attachments`, `_notes`. `formhub/uuid` and `__version__` are questions of the form: its XML has them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from lxml import etree

from forms.errors import FormError
from forms.instance import read_instance
from forms.schema import FormSchema, Node
from forms.xml import Limits, attribute, read_xml
from server.moving.bringing import Row
from server.moving.came_files import file_type

EXPORT_LIMITS: Final = Limits(size=1_000_000_000, nodes=50_000_000)  # of all records of a form together
UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
STATES: Final = {
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "hasIssues",
}


class KoboUnusable(Exception):
    """The folder does not hold what is needed; both languages."""


@dataclass(frozen=True)
class Folder:
    """What was found.

    `rows` are Kobo's JSON of each record, `xml` the records by instanceID; `twice` are ids that more than one record has, of
    which one is in `rows`, and `announced` is how many Kobo says that it has. `files` are those below `attachments` that lie
    in no record's folder, by the file's name; `owned` are all, by the names of a folder above and of the file.
    """

    uid: str
    asset: Row
    xform: bytes
    workbook: Path | None
    rows: list[Row]
    twice: list[str]
    announced: int
    xml: dict[str, bytes]
    files: dict[str, list[Path]] = field(repr=False)
    owned: dict[tuple[str, str], Path] = field(repr=False)


def read_folder(folder: Path) -> Folder:
    """Raises KoboUnusable."""
    asset = read_json(folder / "asset.json")
    uid = asset.get("uid") if isinstance(asset, dict) else None
    if not isinstance(uid, str):
        raise KoboUnusable(f"asset.json 不是 Kobo 的表单 / asset.json is no asset of Kobo: {folder}")
    if not (folder / "asset.xml").is_file():
        raise KoboUnusable(f"缺 asset.xml / asset.xml is missing: {folder}")
    books = [one for one in (folder / "asset.xlsx", folder / "asset.xls") if is_own_file(one)]
    rows, twice, announced = read_rows(folder)
    files, owned = find_files(folder / "attachments")
    return Folder(
        uid=uid,
        asset=asset,
        xform=(folder / "asset.xml").read_bytes(),
        workbook=books[0] if books else None,
        rows=rows,
        twice=twice,
        announced=announced,
        xml=dict(read_records(folder, uid)),
        files=files,
        owned=owned,
    )


def read_json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise KoboUnusable(f"缺 {path.name} / {path.name} is missing: {path.parent}") from None
    except orjson.JSONDecodeError:
        raise KoboUnusable(f"{path.name} 不是 JSON / {path.name} is no JSON") from None


def pages(folder: Path, ending: str) -> list[Path]:
    """data.json, data-2.json, … in the order of their numbers."""
    found = [one for one in folder.glob(f"data*.{ending}") if re.fullmatch(rf"data(-\d+)?\.{ending}", one.name)]
    return sorted(found, key=lambda one: int("".join(filter(str.isdigit, one.name)) or 0))


def read_rows(folder: Path) -> tuple[list[Row], list[str], int]:
    """Each record once, the oldest first: pages that were asked for while records came may overlap.

    Beside them the ids that belong to more than one record, and how many records the last page says that there are.
    """
    found: dict[str, Row] = {}
    twice, announced = [], 0
    if not (folder / "data.json").is_file():
        raise KoboUnusable(f"缺 data.json / data.json is missing: {folder}")
    for page in pages(folder, "json"):
        told = read_json(page)
        rows = told.get("results") if isinstance(told, dict) else told
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise KoboUnusable(f"{page.name} 里不是 Kobo 的记录 / {page.name} holds no records of Kobo")
        count = told.get("count") if isinstance(told, dict) else None
        announced = count if isinstance(count, int) else announced
        for row in rows:
            known = found.setdefault(instance_id_of(row), row)
            if known.get("_id") != row.get("_id"):
                twice.append(instance_id_of(row))
            else:
                found[instance_id_of(row)] = row
    return sorted(found.values(), key=lambda row: str(row.get("_submission_time"))), twice, announced


def instance_id_of(row: Row) -> str:
    """Raises KoboUnusable for a row that is no record of Kobo's."""
    told = row.get("meta/instanceID") or (f"uuid:{row['_uuid']}" if row.get("_uuid") else None)
    if not isinstance(told, str):
        raise KoboUnusable("data.json 里有一行没有 _uuid / a row of data.json has no _uuid")
    return told


def read_records(folder: Path, uid: str) -> Iterator[tuple[str, bytes]]:
    """instanceID and XML of each record. Kobo puts one behind the other below `results`; each is cut out there."""
    for page in pages(folder, "xml"):
        try:
            yield from cut_out(read_xml(page.read_bytes(), EXPORT_LIMITS), uid)
        except FormError as error:
            raise KoboUnusable(f"{page.name} 读不出来 / {page.name} cannot be read: {error.message}") from None


def cut_out(root: etree._Element, uid: str) -> Iterator[tuple[str, bytes]]:
    for element in root.iter():
        if attribute(element, "id") == uid and element.find("{*}meta") is not None:
            xml = etree.tostring(element, encoding="utf-8", with_tail=False)
            with suppress(FormError):  # it is made of its JSON, and that is said
                yield read_instance(xml).instance_id, xml


def is_own_file(path: Path) -> bool:
    """A file of the folder; no link, which a made-up export might have to a file of this machine."""
    return path.is_file() and not path.is_symlink()


def find_files(folder: Path) -> tuple[dict[str, list[Path]], dict[tuple[str, str], Path]]:
    """Those that are in no record's folder by their names; all by a folder's name and their own."""
    found: dict[str, list[Path]] = defaultdict(list)
    owned: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.rglob("*")):
        if is_own_file(path):
            above = path.relative_to(folder).parts[:-1]
            if not any(map(UUID.fullmatch, above)):  # else it is that record's and nobody else's
                found[path.name].append(path)
            for part in above:
                owned.setdefault((part, path.name), path)
    return found, owned


def file_of(folder: Folder, row: Row, name: str) -> Path | None:
    """A record's file: below a folder named for the record, as Kobo lays them out, else the only one of that name.

    Kobo stores a file under a name without blanks and brackets, while the record names it as the phone did.
    """
    owners = names_of(row)
    for one in dict.fromkeys((name, stored_name(name), *(stored_names(row, name)))):
        own = [folder.owned[key] for key in ((owner, one) for owner in owners) if key in folder.owned]
        loose = folder.files.get(one, [])
        if own or len(loose) == 1:
            return (own or loose)[0]
    return None


def names_of(row: Row) -> list[str]:
    """By which folders may be named that hold a record's files: those of a corrected one stay where they were."""
    told = [row.get("_uuid"), *earlier_ids(row)]
    folders = [str(one.get("filename") or "").split("/")[-2:-1] for one in row.get("_attachments") or ()]
    told += [name for some in folders for name in some if UUID.fullmatch(name)]
    return [str(one).removeprefix("uuid:") for one in told if one]


def earlier_ids(row: Row) -> list[str]:
    """The instanceIDs that a corrected record had: just before, and at first."""
    told = [row.get(name) for name in ("meta/deprecatedID", "meta/rootUuid")]
    return ["uuid:" + str(one).removeprefix("uuid:") for one in told if one]


def stored_name(name: str) -> str:
    return re.sub(r"[^-\w.]", "", name.strip().replace(" ", "_"))


def stored_names(row: Row, name: str) -> Iterator[str]:
    for one in row.get("_attachments") or ():
        kept = str(one.get("filename") or "").rpartition("/")[2]
        if kept and name in (one.get("media_file_basename"), kept):
            yield kept


def kind_of(row: Row, name: str) -> str:
    for one in row.get("_attachments") or ():
        if one.get("media_file_basename") == name or str(one.get("filename") or "").endswith("/" + stored_name(name)):
            return file_type(str(one.get("mimetype")))
    return file_type(None)


def time_of(told: object) -> datetime | None:
    """Kobo writes UTC without saying so; seconds since 1970 where somebody decided about a record."""
    try:
        found = (
            datetime.fromtimestamp(told, UTC) if isinstance(told, int | float) else datetime.fromisoformat(str(told))
        )
    except (OSError, OverflowError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def state_of(row: Row) -> str | None:
    status = row.get("_validation_status")
    uid = status.get("uid") if isinstance(status, dict) else status
    if uid in STATES:
        return STATES[str(uid)]
    return "edited" if row.get("meta/deprecatedID") else None


def make_xml(row: Row, schema: FormSchema, form_id: str, version: str) -> bytes:
    """A record's XML made of its JSON: the answers in the form's order. Where Kobo's own XML is not in the folder."""
    root = etree.Element(schema.root, {"id": form_id, "version": version})
    write_answers(root, schema.tree, row, "")
    meta = root.find("meta")
    meta = meta if meta is not None else etree.SubElement(root, "meta")
    told = meta.find("instanceID")
    told = told if told is not None else etree.SubElement(meta, "instanceID")
    told.text = instance_id_of(row)
    return etree.tostring(root, encoding="utf-8")


def write_answers(parent: etree._Element, node: Node, row: Row, path: str) -> None:
    for below in node.nodes:
        where = f"{path}{below.name}"
        if below.repeat:
            for one in row.get(where) or ():
                write_answers(etree.SubElement(parent, below.name), below, one, where + "/")
        elif below.nodes:
            write_answers(etree.SubElement(parent, below.name), below, row, where + "/")
        else:
            value = row.get(where)
            etree.SubElement(parent, below.name).text = None if value is None else NO_XML.sub("", str(value))
