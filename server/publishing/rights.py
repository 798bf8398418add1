"""What a care project's forms may never ask or write: it stops an upload. A plain project's forms are not read."""

from collections.abc import Iterable
from typing import Any

from forms.lint import Finding, lint, lint_properties
from forms.xform import XForm
from server.errors import UnexpectedValue
from server.models import Project
from server.publishing.made_lists import refuse_made_lists


def refuse_forbidden(project: Project, form: XForm) -> None:
    """Raises UnexpectedValue (400.8) that names each term, where it stands and why it is never asked.

    Also for a form that writes a list which the server makes.
    """
    if project.kind != "care":
        return
    refuse_made_lists(project, [use.name for use in form.datasets])
    refuse_findings("form", lint(form))


def refuse_properties(project: Project, dataset: str, properties: Iterable[str]) -> None:
    """Raises UnexpectedValue (400.8) for what a care project's entity list never holds."""
    if project.kind == "care":
        refuse_findings("name", lint_properties(dataset, properties))


def refuse_findings(field: str, findings: Iterable[Finding]) -> None:
    found = [finding for finding in findings if finding.severity == "forbidden"]
    if found:
        raise UnexpectedValue(
            field=field,
            value=found[0].term,
            reason=f"{found[0].reason_zh} / {found[0].reason_en}",
            findings=[as_details(finding) for finding in found],
        )


def warn_of_words(project: Project, form: XForm) -> list[dict[str, Any]]:
    """Words that hurt when they are said of a person, and questions beyond what follow-up needs: the author decides."""
    if project.kind != "care":
        return []
    return [as_warning(finding) for finding in lint(form) if finding.severity == "warning"]


def as_warning(finding: Finding) -> dict[str, Any]:
    details = as_details(finding)
    return {"type": "words", "details": details, "message": "{term} {path}: {reason}".format_map(details)}


def as_details(finding: Finding) -> dict[str, str]:
    return {
        "path": finding.path,
        "term": finding.term,
        "reason": f"{finding.reason_zh} / {finding.reason_en}",
    }
