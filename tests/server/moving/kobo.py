"""A folder as KoboToolbox' API gives a form: two versions, a corrected record, one only in JSON, photos, decisions."""

import json
from pathlib import Path
from typing import Any

from tests.making import an_xform

UID = "aXb2Kobo"
FIRST, SECOND, THIRD = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
XML = """<{uid} xmlns:orx="http://openrosa.org/xforms" id="{uid}" version="{version}"><formhub><uuid>f00d</uuid></formhub>\
<village_code>A1</village_code><gps>30.1 105.2 0 5</gps><photo>{photo}</photo><note>{note}</note>\
<member><name>甲</name><age>3</age></member><__version__>vKobo</__version__>\
<meta><instanceID>uuid:{uuid}</instanceID>{more}</meta></{uid}>"""


def a_form(version: str = "2 (2023-05-01)") -> bytes:
    xml = an_xform(UID, version).decode()
    xml = xml.replace("<village_code/>", "<formhub><uuid/></formhub><village_code/>", 1)
    xml = xml.replace("<meta>", "<__version__/><meta>", 1)
    return (
        xml.replace(f'<data id="{UID}"', f'<{UID} id="{UID}"')
        .replace("</data>", f"</{UID}>")
        .replace("/data/", f"/{UID}/")
        .encode()
    )


def a_row(uuid: str, at: str, **more: Any) -> dict[str, Any]:
    return {
        "_id": 7,
        "_uuid": uuid,
        "formhub/uuid": "f00d",
        "__version__": "vKobo",
        "meta/instanceID": f"uuid:{uuid}",
        "_xform_id_string": UID,
        "_submission_time": at,
        "_submitted_by": "zhao",
        "_validation_status": {},
        "_attachments": [],
        "_notes": [],
        "_tags": [],
        **more,
    }


def fill(folder: Path) -> Path:
    """Makes the folder."""
    folder.mkdir(parents=True)
    asset = {"uid": UID, "name": "走访", "date_created": "2023-04-01T00:00:00.000000Z", "deployment__active": True}
    (folder / "asset.json").write_text(json.dumps(asset))
    (folder / "asset.xml").write_bytes(a_form())
    rows = [
        a_row(
            FIRST,
            "2023-05-02T10:00:00",
            _validation_status={"uid": "validation_status_approved", "timestamp": 1683100000},
            _attachments=[{"filename": f"zhao/attachments/f00d/{FIRST}/home_1.png", "mimetype": "image/png"}],
            _notes=[{"note": "看过了", "owner": "qian", "date_created": "2023-05-03T00:00:00"}],
        ),
        a_row(SECOND, "2023-06-02T10:00:00", **{"meta/deprecatedID": f"uuid:{SECOND[:-1]}9"}),
        a_row(
            THIRD,
            "2023-06-03T10:00:00",
            village_code="A2",
            note="只有 JSON & <>",
            member=[{"member/name": "丙", "member/age": "5"}],
            _submitted_by=None,
        ),
    ]
    (folder / "data.json").write_text(json.dumps({"count": 3, "next": None, "results": rows[:2]}))
    (folder / "data-2.json").write_text(json.dumps({"count": 3, "next": None, "results": rows[1:]}))
    records = [
        XML.format(uid=UID, version="1 (2023-04-01)", photo="home 1.png", note="", uuid=FIRST, more=""),
        XML.format(
            uid=UID,
            version="2 (2023-05-01)",
            photo="home 1.png",
            note="=1+1",
            uuid=SECOND,
            more=f"<deprecatedID>uuid:{SECOND[:-1]}9</deprecatedID>",
        ),
    ]
    (folder / "data.xml").write_text(
        f"<?xml version='1.0' encoding='utf-8'?><root><count>2</count><next/><results>{''.join(records)}</results></root>"
    )
    for uuid, content in ((FIRST, b"one"), (SECOND, b"two")):
        photo = folder / "attachments" / "zhao" / "attachments" / "f00d" / uuid / "home_1.png"
        photo.parent.mkdir(parents=True)
        photo.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return folder
