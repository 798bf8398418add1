"""The preview of new boundaries in words, for an import, a drawing and a merge alike."""

from collections.abc import Iterable
from typing import Any

from geo.masking import suppress
from geo.topology import Gap, Overlap
from server.access.allow import may, scope_of
from server.models import Project
from server.places.report import ImportReport
from server.web import session
from server.web.pages.texts import _, _n, say_list

FEW = 12
BY_HAND = ("drawing", "merge", "undo")  # no file: its name would be the village's


def reads_all(project: Project) -> bool:
    """Whether the caller reads all records of the project.

    With outlines of his own somebody else could count what lies in any piece of land, down to one home.
    """
    who = session.caller()
    return project.kind != "care" or (may(who, "submission.list", project) and scope_of(who, project).everything)


def report_lines(project: Project, report: ImportReport) -> dict[str, Any]:
    """The report as label and value, the records that move by village, and what is worth a look."""
    reads = reads_all(project)
    rows = [
        (_("File"), f"{report.source_name} · {report.source_crs}" if report.format not in BY_HAND else ""),
        (_("Villages"), str(report.villages)),
        (_("New"), names(report, report.added)),
        (_("Other outline"), names(report, report.changed)),
        (_("Other name"), names(report, report.renamed)),
        (no_longer(report), names(report, report.retired)),
        (_("Records that change village"), suppress(report.records_moved).text if reads else _("not shown")),
    ]
    return {
        "dry_run": report.dry_run,
        "names": report.names,
        "rows": [row for row in rows if row[1]],
        "moves": moves(report) if reads else [],
        "overlaps": [overlap_line(report, one) for one in report.overlaps if not one.is_sliver][:FEW],
        "gaps": [gap_line(report, one) for one in report.gaps if not one.is_sliver][:FEW],
        "slivers": _n(
            "%(num)s strip under 5 metres wide, along a border that was drawn twice, is left as it is.",
            "%(num)s strips under 5 metres wide, along borders that were drawn twice, are left as they are.",
            report.slivers,
        )
        if report.slivers
        else "",
    }


def no_longer(report: ImportReport) -> str:
    if report.format in BY_HAND:
        return _("No longer a village of its own; records and history stay")
    return _("No longer in the file; records and history stay")


def moves(report: ImportReport) -> list[tuple[str, str, Any]]:
    """From where to where so many records move; few of them are "<5"."""
    return [
        (name(report, one.from_code), name(report, one.to_code), suppress(one.records)) for one in report.moves[:40]
    ]


def name(report: ImportReport, code: str | None) -> str:
    return (report.names.get(code) or code) if code else _("Village not known")


def names(report: ImportReport, codes: Iterable[str]) -> str:
    found = list(codes)
    shown = say_list(name(report, code) for code in found[:FEW])
    more = _(" and %(number)s more", number=len(found) - FEW) if len(found) > FEW else ""
    return shown + more


def overlap_line(report: ImportReport, one: Overlap) -> tuple[str, str, str]:
    return names(report, [one.code, one.other]), area_words(one.m2), place_words(one.place)


def gap_line(report: ImportReport, one: Gap) -> tuple[str, str, str]:
    return names(report, one.beside), area_words(one.m2), place_words(one.place)


def area_words(m2: float) -> str:
    return _("%(area)s square metres", area=f"{round(m2):,}")


def place_words(place: tuple[float, float]) -> str:
    return f"{place[1]:.5f}, {place[0]:.5f}"
