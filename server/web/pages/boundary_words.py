"""What is wrong with a boundary file, in the reader's language: geo/ says it in English and names the kind."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

from geo.errors import GeoError
from server.web.languages import language_tag
from server.web.pages.texts import _

BY_KIND = {
    "unknown_crs": _l("This coordinate system is not known. Write EPSG:4490, say, or GCJ-02."),
    "outside_crs": _l("The coordinates lie outside the coordinate system that was given."),
    "crs_contradicts": _l("The file is not in the coordinate system that was given. Ask whoever made it."),
    "rows": _l("These rows cannot be villages."),
    "columns": _l("No column for the village's code or name was found. Call them code and name."),
    "unknown_format": _l("This is no GeoJSON, KML, GeoPackage or zipped Shapefile."),
    "too_large": _l("The file is larger than the boundaries of a town can be. Simplify the outlines first."),
    "corners": _l("Each line is one corner: longitude, comma, latitude. An outline has three at least."),
    "not_areas": _l("These rows are points or lines. A village is an area."),
    "not_utf8": _l("The file is not in UTF-8. Save it again as UTF-8."),
    "empty": _l("The file holds no areas."),
    "layers": _l("The file holds several layers. Keep the one with the villages."),
    "unsafe": _l("The file holds parts that are not plain tables, so it was not opened."),
    "unreadable": _l("The file is damaged, or a part of it is missing."),
}
BAD_CODE = re.compile(r'the code "(.*)" does not have 12 digits')
TWICE = re.compile(r"code (\S+) is that of row (\d+) already")


def word_geo(error: GeoError) -> str:
    """The whole sentence in English; in Chinese the sentence of its kind."""
    if language_tag() == "en":
        return error.message
    return str(BY_KIND.get(error.kind, _l("This file cannot be used as boundaries yet.")))


def rows_of(error: GeoError, most: int) -> list[str]:
    """The rows that are wrong, with why."""
    return [row_words(one) for one in (error.details.get("rows") or [])[:most]]


def row_words(one: Any) -> str:
    if not isinstance(one, dict):
        return _("Row %(row)s", row=one)
    return _("Row %(row)s: %(problem)s", row=one["row"], problem=problem_words(str(one["problem"])))


def problem_words(problem: str) -> str:
    if found := BAD_CODE.fullmatch(problem):
        return _("the code “%(code)s” does not have 12 digits", code=found[1])
    if found := TWICE.fullmatch(problem):
        return _("code %(code)s is that of row %(row)s already", code=found[1], row=found[2])
    return _(problem) if "%" not in problem else problem
