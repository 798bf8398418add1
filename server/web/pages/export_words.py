"""What files are called on pages, and the words of ours that stand in them."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from server.intake.export_files import ARCHIVE, GEOJSON, GEOPACKAGE, XLSX
from server.reports.in_words import Wording
from server.web.exports import JSON_TYPE, XLSX_TYPE, ZIP_TYPE
from server.web.pages.texts import _
from server.web.pages.words import STATE_WORDS

KIND_WORDS: Final[dict[str, tuple[Any, Any]]] = {
    XLSX: (_l("Excel workbook"), _l("Questions and answers in words, a sheet for each repeat")),
    ARCHIVE: (_l("CSV in an archive"), _l("Tables as programs read them")),
    GEOJSON: (_l("GeoJSON"), _l("Places with what was answered, for maps")),
    GEOPACKAGE: (_l("GeoPackage"), _l("The same for QGIS")),
}
MIME: Final = {XLSX: XLSX_TYPE, GEOJSON: JSON_TYPE, GEOPACKAGE: "application/geopackage+sqlite3", ARCHIVE: ZIP_TYPE}


def wording(lang: str) -> Wording:
    """Labels in this language, zh or en; our own words in the page's."""
    return Wording(
        lang=lang,
        record=_("Record"),
        row=_("Row"),
        received=_("Received"),
        state=_("State"),
        sender=_("Sent by"),
        latitude=_("latitude"),
        longitude=_("longitude"),
        states={state: str(word) for state, word in STATE_WORDS.items()},
    )
