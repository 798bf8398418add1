"""A table to begin with: some marks in their places, and beside it all marks that there are."""

from collections.abc import Sequence
from io import BytesIO

FONT = "Microsoft YaHei"


def write_example(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    """Each sheet a name and its rows of texts, the first row bold. The town edits it in Excel and brings it back."""
    from xlsxwriter import Workbook  # here: few ask for one, and every process of a server would keep it in memory

    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    options["default_format_properties"] = {"font_name": FONT, "font_size": 11}  # type: ignore[assignment]
    with Workbook(target, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DCEDED", "border": 1, "border_color": "#CBD6D7"})
        plain = book.add_format({"border": 1, "border_color": "#CBD6D7", "text_wrap": True, "valign": "top"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 36)
            sheet.set_column(1, 5, 26)
            for at, row in enumerate(rows):
                for place, text in enumerate(row):
                    sheet.write_string(at, place, text, plain if at else bold)
    return target.getvalue()
