"""What a care project's forms may never ask or write: it stops an upload. In a plain project the same is a warning."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy.orm import Session

from forms.lint import Finding, lint, lint_properties
from forms.lint_places import Located, Place, place_in_text, place_in_workbook
from forms.xform import read_xform
from server.errors import RedLine
from server.models import Project
from server.publishing.definition import Definition
from server.publishing.made_lists import refuse_made_lists
from server.publishing.waivers import waived_sentences
from server.publishing.whom_it_chooses import find_forbidden


def refuse_forbidden(db: Session, project: Project, definition: Definition) -> None:
    """Raises RedLine (400.8) that names each term, where it stands and why it is never asked.

    Also for a form that writes a list which the server makes, for one of ours that chooses further women, and for another
    that looks women up and chooses none. A sentence that two people looked at is let pass.
    """
    if project.kind != "care":
        return
    form = definition.xform
    refuse_made_lists(project, [use.name for use in form.datasets])
    refuse_findings("form", locate(definition, find_forbidden(form)))
    refuse_findings("form", definition.words_in_files)
    waived = waived_sentences(db, project.id, form.form_id)
    found = [one for one in lint(form) if not (one.waivable and (one.term, one.sentence) in waived)]
    refuse_findings("form", locate(definition, found))


def refuse_forbidden_xml(db: Session, project: Project, xml: bytes) -> None:
    """The same for a form that is here already: in a draft from before the project was one that cares, say."""
    refuse_forbidden(db, project, Definition(xml, read_xform(xml)))


def locate(definition: Definition, findings: Iterable[Finding]) -> list[Located]:
    """Each finding with the sheet and row of the workbook, or the line of the XForm."""
    if definition.cells:
        return [(one, place_in_workbook(one, definition.cells)) for one in findings]
    text = definition.xml.decode("utf-8", "replace")
    return [(one, place_in_text(one, text)) for one in findings]


def refuse_properties(project: Project, dataset: str, properties: Iterable[str]) -> None:
    """Raises RedLine (400.8) for what a care project's entity list never holds."""
    if project.kind == "care":
        refuse_findings("name", [(one, Place()) for one in lint_properties(dataset, properties)])


def refuse_findings(field: str, findings: Collection[Located]) -> None:
    found = [(one, place) for one, place in findings if one.severity == "forbidden"]
    if found:
        first, place = found[0]
        raise RedLine(
            field=field,
            value=first.term,
            reason=f"{first.reason_zh} / {first.reason_en}",
            where=say_place(first, place),
            findings=[as_details(*one) for one in found],
        )


def warn_of_words(project: Project, definition: Definition) -> list[dict[str, Any]]:
    """Words that hurt when they are said of a person, and questions beyond what follow-up needs: the author decides.

    In a plain project also what a care project refuses.
    """
    return warnings_of(project, [*locate(definition, lint(definition.xform)), *definition.words_in_files])


def warnings_of(project: Project, found: Iterable[Located]) -> list[dict[str, Any]]:
    """What of it does not stop an upload."""
    plain = project.kind != "care"
    return [as_warning(*one) for one in found if plain or one[0].severity == "warning"]


def as_warning(finding: Finding, place: Place) -> dict[str, Any]:
    details = as_details(finding, place)
    return {"type": "words", "details": details, "message": "{term} {where}: {reason}".format_map(details)}


def as_details(finding: Finding, place: Place) -> dict[str, Any]:
    return {
        "path": finding.path,
        "file": place.file,
        "term": finding.term,
        "reason": f"{finding.reason_zh} / {finding.reason_en}",
        "reasonZh": finding.reason_zh,
        "reasonEn": finding.reason_en,
        "sentence": finding.sentence,
        "waivable": finding.waivable,
        "sheet": place.sheet,
        "row": place.row,
        "line": place.line,
        "where": say_place(finding, place),
    }


def say_place(finding: Finding, place: Place) -> str:
    """Where, in as few words as both languages share: "survey 12", "villages.csv 12", "XML 40", or the path."""
    if place.file is not None:
        return f"{place.file} {place.line}"
    if place.sheet is not None:
        return f"{place.sheet} {place.row}"
    return f"{finding.path or '/'} (XML {place.line})" if place.line is not None else finding.path
