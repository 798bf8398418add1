"""A form definition (XForm): its name and version, its fields, the files and entity lists it needs.

`read_xform` refuses what phones would not open and what this server could not keep, each with its reason. What it
reads follows the ODK XForms specification as ODK Central and ODK Collect read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from forms.datasets import OFFLINE_SAFE, DatasetUse, read_datasets, version_of_entities
from forms.errors import XFormInvalid
from forms.instance import ID_LIMIT
from forms.media import MediaNeed, media_needs
from forms.schema import FormSchema, sanitise
from forms.texts import FormTexts, Phrase
from forms.xform_bytes import CONTROL, Hashes, check_version, clean_xform, hashes, set_version
from forms.xform_fields import read_fields
from forms.xform_rules import read_forced, read_notes
from forms.xml import Element, attribute, child, local_name, read_xml, text_of

__all__ = [
    "Conflict",
    "DatasetUse",
    "FormWarning",
    "Hashes",
    "MediaNeed",
    "XForm",
    "clean_xform",
    "compare_types",
    "hashes",
    "read_xform",
    "set_version",
]

SPREADSHEET_ENDINGS = (".xls", ".xlsx", ".xml")


@dataclass(frozen=True)
class FormWarning:
    """Something worth knowing before publishing, which does not prevent it. `type` is stable, `message` is English."""

    type: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class XForm:
    """What a form definition says. `version` is "" if absent; `phrases` are all its texts in all languages.

    `notes` are the paths of what only shows text; `forced` holds, by path, the one answer that a choice's constraint allows.
    """

    form_id: str
    version: str
    title: str | None
    schema: FormSchema
    datasets: list[DatasetUse]
    media: list[MediaNeed]
    encrypted: bool
    warnings: list[FormWarning]
    phrases: list[Phrase]
    notes: frozenset[str] = frozenset()
    forced: dict[str, str] = field(default_factory=dict)


class Conflict(NamedTuple):
    """A field whose type changed between two versions in a way that stored answers do not allow."""

    path: str
    old: str
    new: str


class Parts(NamedTuple):
    """The pieces of a form definition."""

    title: str
    model: Element
    primary: Element
    body: Element


def read_xform(xml: bytes) -> XForm:
    """Read a form definition.

    Raises XmlRefused, or XFormInvalid: "missing" (a part, an id), "unexpected" (a bad id or file name), "too_long"
    (id or version over 249 characters), "no_meta" (no meta group), "entity" (see `forms.datasets.read_datasets`).
    """
    parts = find_parts(read_xml(xml))
    form_id = _checked_form_id((attribute(parts.primary, "id") or "").strip())
    version = check_version(attribute(parts.primary, "version") or "")
    if child(parts.primary, "meta") is None:
        raise XFormInvalid("The form has no meta group with an instanceID.", "no_meta")
    texts = FormTexts(parts.model)
    fields, phrases = read_fields(parts.model, parts.primary, parts.body, texts)
    schema = FormSchema(tuple(fields), local_name(parts.primary))
    datasets = read_datasets(parts.model, parts.primary, schema)
    submission = child(parts.model, "submission")
    return XForm(
        form_id=form_id,
        version=version,
        title=parts.title or None,
        schema=schema,
        datasets=datasets,
        media=media_needs(parts.model, parts.primary, parts.body),
        encrypted=submission is not None and bool(attribute(submission, "base64RsaPublicKey")),
        warnings=list(_warnings(schema, datasets)),
        phrases=phrases,
        notes=read_notes(parts.model, schema),
        forced=read_forced(parts.model, schema),
    )


def read_public_key(xml: bytes) -> str | None:
    """The key for which phones encrypt what is filled in (base64RsaPublicKey); None where they do not. Raises as read_xform."""
    submission = child(find_parts(read_xml(xml)).model, "submission")
    return (attribute(submission, "base64RsaPublicKey") or None) if submission is not None else None


def find_parts(root: Element) -> Parts:
    """Raises XFormInvalid "missing" for what lacks one of them."""
    head = _needed(root, "head", "h:head")
    body = _needed(root, "body", "h:body")
    model = _needed(head, "model", "model")
    primary = next(iter(_needed(model, "instance", "instance")), None)
    if primary is None:
        raise XFormInvalid("The form's first instance is empty.", "missing", parameter="instance")
    return Parts(text_of(child(head, "title")), model, primary, body)


def _needed(parent: Element, name: str, parameter: str) -> Element:
    found = child(parent, name)
    if found is None:
        raise XFormInvalid(
            f"This is not a form: <{local_name(parent)}> has no {parameter}.", "missing", parameter=parameter
        )
    return found


def _checked_form_id(form_id: str) -> str:
    if not form_id:
        raise XFormInvalid("The form has no id.", "missing", parameter="formId")
    if len(form_id) > ID_LIMIT:
        raise XFormInvalid(
            f"The form's id is longer than {ID_LIMIT} characters.", "too_long", parameter="xmlFormId", limit=ID_LIMIT
        )
    if why := _why_bad_form_id(form_id):
        raise XFormInvalid(f"The form's id {form_id!r} {why}.", "unexpected", parameter="xmlFormId", value=form_id)
    return form_id


def _why_bad_form_id(form_id: str) -> str | None:
    if form_id.lower().endswith(SPREADSHEET_ENDINGS):
        return "ends like a file name; addresses such as /forms/ID.xlsx would be ambiguous"
    if CONTROL.search(form_id) or "\\" in form_id:
        return "holds a control character or a backslash"
    if form_id.startswith(".") or {".", ".."} & set(form_id.split("/")):
        return "looks like a path to another folder"
    return None


def _warnings(schema: FormSchema, datasets: Iterable[DatasetUse]) -> Iterable[FormWarning]:
    for path, names in _clashing_names(schema):
        yield FormWarning(
            "clashingNames",
            f"In {path or 'the form'} the fields {', '.join(names)} have one name in OData; use ASCII names.",
            {"path": path, "names": names},
        )
    for use in datasets:
        version = version_of_entities(use.entities_version)
        if version and version < OFFLINE_SAFE:
            yield FormWarning(
                "oldEntityVersion",
                f"The form uses entities {use.entities_version}; with 2024.1 or newer, work without network is safe.",
                {"version": use.entities_version},
            )
            return


def _clashing_names(schema: FormSchema) -> list[tuple[str, list[str]]]:
    """(path of a group, the names in it that become one and the same OData identifier)."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in schema.fields:
        groups.setdefault((one.path.rpartition("/")[0], sanitise(one.name)), []).append(one.name)
    return [(path, names) for (path, _), names in groups.items() if len(names) > 1]


def compare_types(old: FormSchema, new: FormSchema) -> list[Conflict]:
    """The fields whose type changed between two versions of a form; a change to `string` is no conflict."""
    return [
        Conflict(one.path, before.type, one.type)
        for one in new.fields
        if (before := old.by_path.get(one.path)) and one.type not in (before.type, "string")
    ]
