"""The files a form needs on the phone, the names files may have, and an entity list as the CSV that phones read."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms.errors import FormError, XFormInvalid
from forms.texts import search_name
from forms.xml import Element, child, children, local_name

NAME_LIMIT = 255  # bytes; what file systems on phones and desks take
_FORBIDDEN = re.compile(r"[/\\:\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SOURCE = re.compile(r"jr://(images|audio|video|file-csv|file)/(.+)", re.DOTALL)
_TYPES = {"images": "image", "audio": "audio", "video": "video", "file": "file", "file-csv": "file"}


@dataclass(frozen=True)
class MediaNeed:
    """A file that a form expects beside it: its name, and `image`, `audio`, `video` or `file`."""

    name: str
    type: str


def why_bad_name(name: str) -> str | None:
    """What is wrong with this file name, as the end of a sentence, or None if nothing is."""
    if not name:
        return "is empty"
    if _FORBIDDEN.search(name):
        return "holds a slash, a backslash, a colon or a control character"
    if name.startswith("."):
        return "starts with a dot"
    if name != name.strip():
        return "starts or ends with white space"
    if unicodedata.normalize("NFC", name) != name:
        return "is not in Unicode form NFC"
    if len(name.encode()) > NAME_LIMIT:
        return f"is longer than {NAME_LIMIT} bytes"
    return None


def media_name_ok(name: str) -> bool:
    """Whether a file may have this name: no `/ \\ :` or control character, no leading dot, NFC, at most 255 bytes."""
    return why_bad_name(name) is None


def check_media_name(name: str) -> str:
    """The name itself. Raises XFormInvalid ("unexpected") where `media_name_ok` says no."""
    if why := why_bad_name(name):
        raise XFormInvalid(f"The file name {name!r} {why}.", "unexpected", parameter="file name", value=name)
    return name


def media_needs(model: Element, primary: Element, body: Element) -> list[MediaNeed]:
    """The files that a form definition names, each once, in the order of first mention.

    Raises XFormInvalid ("unexpected") for a name that `check_media_name` refuses.
    """
    needs = [*_from_instances(model), *_from_texts(model), *_from_defaults(primary), *_from_controls(body)]
    for need in needs:
        check_media_name(need.name)
    return list(dict.fromkeys(needs))


def _need(source: str | None) -> list[MediaNeed]:
    found = _SOURCE.fullmatch((source or "").strip())
    return [MediaNeed(found[2], _TYPES[found[1]])] if found else []


def _from_instances(model: Element) -> list[MediaNeed]:
    return [need for instance in children(model, "instance") for need in _need(instance.get("src"))]


def _from_texts(model: Element) -> list[MediaNeed]:
    itext = child(model, "itext")
    values = itext.iter("{*}value") if itext is not None else ()
    return [need for value in values if value.get("form") for need in _need(value.text)]


def _from_defaults(primary: Element) -> list[MediaNeed]:
    return [need for one in primary.iter() if len(one) == 0 for need in _need(one.text)]


def _from_controls(body: Element) -> list[MediaNeed]:
    needs = []
    for control in body.iter():
        if local_name(control) == "input" and control.get("query"):
            needs.append(MediaNeed("itemsets.csv", "file"))
        if searched := search_name(control):
            needs.append(MediaNeed(searched + ".csv", "file"))
    return needs


def choice_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A list to choose from as select_one_from_file reads it, beginning with `name,label`: UTF-8, commas, LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def entity_csv(properties: Sequence[str], rows: Iterable[tuple[str, str, int, Mapping[str, str | None]]]) -> bytes:
    """An entity list as phones read it: `name,label,__version,<properties>`, from rows (uuid, label, version, data).

    UTF-8 without a byte order mark, commas, LF; "" for what an entity does not have. Raises FormError ("entity") for a
    property with a semicolon, because Collect then reads the whole file as separated by semicolons.
    """
    for name in properties:
        if ";" in name:
            raise FormError(f"The property {name!r} holds a semicolon.", "entity")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "label", "__version", *properties])
    for uuid, label, version, data in rows:
        writer.writerow([uuid, label, version, *(data.get(name) or "" for name in properties)])
    return text.getvalue().encode()
