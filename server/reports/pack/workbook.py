"""A paper as a workbook: a sheet for each of its parts, numbers as numbers, charts that Excel itself draws, A4 when printed."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from server.reports.csv_cells import guard
from server.reports.pack.fitting import height_of
from server.reports.pack.paper import Cell, Chart, Hidden, Paper, Percent, Section, Table
from server.reports.xlsx import free_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

FONT: Final = "Microsoft YaHei"
"""On every Windows in China; other programs take what they have instead."""
COLOURS: Final = {"rate": "#136A73", "mean": "#55666C", "limit": "#8B9A9D", "head": "#DCEDED", "hidden": "#EBF0F1"}
A4: Final = 9
CHART_ROWS: Final = 17
CHART_SIZE: Final = {"width": 620, "height": 320}
CHART_WIDTHS: Final = (14, 13, 13, 13, 13)
"""Of the columns of a chart's numbers; the chart stands to their right."""
NAME_ROW: Final = 22
TO_FILL: Final = 30


def write_paper(paper: Paper) -> bytes:
    """The whole file. No text becomes a formula or a link."""
    from xlsxwriter import Workbook  # here: few ask for one, and every process of a server would keep it in memory

    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": FONT, "font_size": 11},
    }
    with Workbook(target, options) as book:
        book.set_properties({"title": f"{paper.town} {paper.title}", "comments": paper.mark})
        formats, taken = formats_of(book), set[str]()
        for number, section in enumerate(paper.sections):
            sheet = book.add_worksheet(free_name(section.name, taken))
            set_up_page(sheet, paper, has_charts=bool(section.charts))
            line = write_head(sheet, paper, section, formats, is_first=number == 0)
            heads = shared_heads(section.tables)
            if heads:
                line = write_shared(sheet, section.tables[0], line, formats)
            for table in section.tables:
                line = write_table(sheet, table, line, formats, has_head=not heads)
            for chart in section.charts:
                line = write_chart(book, sheet, chart, line, formats)
    return target.getvalue()


def formats_of(book: "Workbook") -> dict[str, Any]:
    framed = {"valign": "vcenter", "indent": 1, "border": 1, "border_color": "#CBD6D7"}
    wrapped, number = framed | {"text_wrap": True}, framed | {"align": "right"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "name": book.add_format({"bold": True, "font_size": 13}),
        "quiet": book.add_format({"font_color": "#55666C"}),
        "head": book.add_format({**wrapped, "bold": True, "bg_color": COLOURS["head"]}),
        "text": book.add_format(wrapped),
        "number": book.add_format({**number, "num_format": "#,##0.0"}),
        "whole": book.add_format({**number, "num_format": "#,##0"}),
        "percent": book.add_format({**number, "num_format": "0%"}),
        "hidden": book.add_format({**wrapped, "font_color": "#55666C", "bg_color": COLOURS["hidden"]}),
    }


def set_up_page(sheet: "Worksheet", paper: Paper, has_charts: bool) -> None:
    """Charts stand below each other on one page; of tables as many pages as they need."""
    sheet.set_paper(A4)
    if has_charts:
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
    else:
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.set_header(f"&L{plain(paper.town)}&R{plain(paper.mark)}")
    sheet.set_footer("&L&A&R&P / &N")
    sheet.hide_gridlines(2)


def plain(text: str) -> str:
    """In a header & begins a command."""
    return text[:60].replace("&", "&&")


def write_head(sheet: "Worksheet", paper: Paper, section: Section, formats: dict[str, Any], is_first: bool) -> int:
    """The line to go on at."""
    sheet.write_string(0, 0, f"{paper.town} {paper.title}" if is_first else section.name, formats["title"])
    sheet.write_string(1, 0, paper.mark, formats["quiet"])
    line = 2
    if is_first:
        for name, value in paper.facts:
            sheet.write_string(line, 0, name, formats["quiet"])
            sheet.write_string(line, 1, value)
            line += 1
    if section.note:
        sheet.write_string(line, 0, section.note, formats["quiet"])
        line += 1
    return line + 1


def shared_heads(tables: Sequence[Table]) -> bool:
    """Whether one head is for all of them; it stands on each page that is printed."""
    return len(tables) > 1 and all((one.heads, one.widths) == (tables[0].heads, tables[0].widths) for one in tables)


def write_shared(sheet: "Worksheet", first: Table, line: int, formats: dict[str, Any]) -> int:
    write_heads(sheet, line, first.heads, first.widths, formats)
    sheet.repeat_rows(line)
    return line + 1


def write_table(sheet: "Worksheet", table: Table, line: int, formats: dict[str, Any], has_head: bool) -> int:
    for place, width in enumerate(table.widths):
        sheet.set_column(place, place, width)
    sheet.set_row(line, NAME_ROW)
    sheet.write_string(line, 0, table.name, formats["name"])
    line += 1
    if not table.rows:
        sheet.write_string(line, 0, table.nothing, formats["quiet"])
        return line + 2
    if has_head:
        write_heads(sheet, line, table.heads, table.widths, formats)
        line += 1
    for row in table.rows:
        sheet.set_row(line, TO_FILL if table.is_to_fill else height_of(map(text_of, row), table.widths))
        for place, cell in enumerate(row):
            write_cell(sheet, line, place, cell, formats)
        line += 1
    if table.note:
        sheet.write_string(line, 0, table.note, formats["quiet"])
        line += 1
    return line + 1


def write_heads(
    sheet: "Worksheet", line: int, heads: Sequence[str], widths: Sequence[int], formats: dict[str, Any]
) -> None:
    sheet.set_row(line, height_of(heads, widths))
    for place, head in enumerate(heads):
        sheet.write_string(line, place, head, formats["head"])


def text_of(cell: Cell) -> str:
    """What of a cell may be too long for its line."""
    if isinstance(cell, Hidden):
        return cell.why
    return cell if isinstance(cell, str) else ""


def write_cell(sheet: Any, line: int, place: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, Percent):
        sheet.write_number(line, place, cell.value / 100, formats["percent"])
    elif isinstance(cell, Hidden):
        sheet.write_string(line, place, cell.why, formats["hidden"])
    elif isinstance(cell, int):
        sheet.write_number(line, place, cell, formats["whole"])
    elif isinstance(cell, float):
        sheet.write_number(line, place, cell, formats["number"])
    elif cell:
        sheet.write_string(line, place, guard(cell), formats["text"])
    else:
        sheet.write_blank(line, place, None, formats["text"])


def write_chart(book: "Workbook", sheet: "Worksheet", chart: Chart, line: int, formats: dict[str, Any]) -> int:
    """Its numbers as a table, and beside them the lines that are drawn of these very cells."""
    points = [[one.label, *map(share_of, (one.rate, one.low, one.mean, one.high))] for one in chart.points]
    for place, width in enumerate(CHART_WIDTHS):
        sheet.set_column(place, place, width)
    across = len(CHART_WIDTHS)
    sheet.set_column(across, across, 2)
    sheet.write_string(line, 0, chart.name, formats["name"])
    if all(one.rate is None for one in chart.points):
        sheet.write_string(line + 1, 0, chart.nothing, formats["quiet"])
        return line + 3
    first = line + 2
    write_heads(sheet, first - 1, chart.heads, CHART_WIDTHS, formats)
    for at, row in enumerate(points):
        sheet.write_string(first + at, 0, str(row[0]), formats["text"])
        for place, value in enumerate(row[1:], start=1):
            if isinstance(value, float):
                sheet.write_number(first + at, place, value, formats["percent"])
            else:
                sheet.write_blank(first + at, place, None, formats["hidden"])
    drawn = draw_lines(book, sheet, chart, first, first + len(points) - 1)
    sheet.insert_chart(line, across + 1, drawn, {"description": chart.name, "object_position": 2})
    return max(first + len(points), line + CHART_ROWS) + 1


def share_of(percent: float | None) -> float | None:
    return None if percent is None else round(percent / 100, 4)


def draw_lines(book: "Workbook", sheet: "Worksheet", chart: Chart, first: int, last: int) -> Any:
    """From zero, limits dashed, a gap where nothing is told."""
    drawn = book.add_chart({"type": "line"})
    if drawn is None:  # what the library says of a kind that it does not know
        raise ValueError("no such chart")
    font = {"name": FONT, "size": 9}
    for place, colour, dash in styles_of():
        if place > 1 and all(value_at(one, place) is None for one in chart.points):
            continue
        line = {"color": colour, "width": 2.25 if dash == "solid" else 1.25, "dash_type": dash}
        series: dict[str, Any] = {
            "name": [sheet.get_name(), first - 1, place],
            "categories": [sheet.get_name(), first, 0, last, 0],
            "values": [sheet.get_name(), first, place, last, place],
            "line": line,
        }
        if dash == "solid":
            series["marker"] = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        drawn.add_series(series)
    drawn.set_title({"name": chart.name, "name_font": {**font, "size": 11, "bold": True}, "overlay": False})
    grid = {"visible": True, "line": {"color": "#CBD6D7"}}
    drawn.set_y_axis({"min": 0, "max": 1, "num_format": "0%", "num_font": font, "major_gridlines": grid})
    drawn.set_x_axis({"num_font": {**font, "rotation": -45}})
    drawn.set_legend({"position": "bottom", "font": font})
    drawn.show_blanks_as("gap")
    drawn.set_size(CHART_SIZE)
    return drawn


def styles_of() -> Sequence[tuple[int, str, str]]:
    """(column, colour, dash) of each line."""
    return (
        (1, COLOURS["rate"], "solid"),
        (2, COLOURS["limit"], "dash"),
        (3, COLOURS["mean"], "round_dot"),
        (4, COLOURS["limit"], "dash"),
    )


def value_at(point: Any, place: int) -> float | None:
    found: float | None = (point.rate, point.low, point.mean, point.high)[place - 1]
    return found
