from forms.tables import read_remarks, read_tables

TEXT = r"""
# A comment | with | bars
#
# and a second one
| survey |
| | type | name  | label |
| | text | a     | One \| two |
|
# not before the first sheet
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


def test_remarks_are_the_comments_before_the_first_sheet():
    assert read_remarks(TEXT) == ["A comment | with | bars", "and a second one"]
    assert read_remarks("# one\n# text\n#\n# two\n# [B] three\n#     goes on\n") == [
        "one text",
        "two",
        "[B] three goes on",
    ]
    assert read_remarks("") == []
