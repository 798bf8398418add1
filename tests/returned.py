"""A small form that takes over what was answered in a record that went back, and its records."""

from tests.care_town import naming
from tests.making import a_record, an_xform

TAKEN = ("note", "gps", "size", "photo", "visit_date")
NEVER = ("photo", "name")
"""A file, and what repeats."""


def a_correcting_form(form_id: str = "visit", version: str = "1", makes: bool = False) -> bytes:
    """`makes`: it makes a row of the list homes and takes its id back, too."""
    lines = []
    for name in (*TAKEN, "name", *(["new_id"] if makes else [])):
        row = f"instance('to_correct')/root/item/was_{name}"
        node = "size" if name == "name" else name
        lines.append(f'<setvalue event="odk-instance-first-load" ref="/data/{node}" value="{row}"/>')
    asked = "<note/><corrects/><visit_date/>" + ("<new_id/>" if makes else "")
    xml = an_xform(form_id, version, entities=makes).replace(b"<note/>", asked.encode(), 1)
    xml = xml.replace(b"</model>", "".join(lines).encode() + b"</model>", 1)
    return naming(xml, ("to_correct",))


def a_correction(of: str, **answers: str) -> bytes:
    return a_record(**answers).replace(  # type: ignore[arg-type]
        b"<size>", f"<corrects>{of}</corrects><size>".encode(), 1
    )
