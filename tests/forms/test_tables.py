import io

import openpyxl

from forms.tables import read_tables, write_workbook

TEXT = r"""
# A comment | with | bars
| survey |
| | type | name  | label |
| | text | a     | One \| two |
|
| | note |       | =1+1 |

| settings |
| | form_id |
| | x |
"""
SHEETS = {
    "survey": [["type", "name", "label"], ["text", "a", "One | two"], ["note", "", "=1+1"]],
    "settings": [["form_id"], ["x"]],
}


def test_tables_are_read_as_pyxform_reads_them():
    assert read_tables(TEXT) == SHEETS


def test_a_workbook_holds_the_same_cells_as_text():
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(SHEETS)))

    found = {sheet.title: [[cell.value or "" for cell in row] for row in sheet.rows] for sheet in book}
    assert found == SHEETS
    assert book["survey"]["C3"].data_type == "s"
