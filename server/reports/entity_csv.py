"""An entity list as a CSV file, with what the server knows of each entity behind its properties (6.9)."""

from collections.abc import Iterable, Iterator, Sequence

from server.reports.csv_cells import LINE, guard, guard_number, guard_unless
from server.reports.csv_rows import write_instant, write_line
from server.reports.entity_rows import EntityRow

GEOMETRY = "geometry"
BEFORE, AFTER = (
    ("__id", "label"),
    ("__createdAt", "__creatorId", "__creatorName", "__updates", "__updatedAt", "__version"),
)


def write_entities(rows: Iterable[EntityRow], properties: Sequence[str], guarded: bool) -> Iterator[str]:
    """Line by line, the head first. `guarded`: no cell is a formula to a spreadsheet (threats.md row 9)."""
    yield write_line([*BEFORE, *properties, *AFTER])
    for row in rows:
        yield write_line(list(cells_of(row, properties, guarded)))


def cells_of(row: EntityRow, properties: Sequence[str], guarded: bool) -> Iterator[str]:
    yield row.uuid
    yield guard(row.label) if guarded else row.label
    for name in properties:
        text = row.data.get(name) or ""
        yield guarded_cell(name, text) if guarded else text
    yield write_instant(row.created_at)
    yield "" if row.creator_id is None else str(row.creator_id)
    yield (guard(row.creator_name) if guarded else row.creator_name) or ""
    yield str(row.updates)
    yield "" if row.updated_at is None else write_instant(row.updated_at)
    yield str(row.version)


def guarded_cell(name: str, text: str) -> str:
    """Every property is text to the server: what is a number stays one, and so does the place."""
    return guard_unless(LINE, text) if name == GEOMETRY else guard_number(text)
