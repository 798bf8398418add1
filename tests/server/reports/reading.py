"""Reading feeds and exports in tests."""

import base64
import io
import zipfile
from typing import Any
from urllib.parse import quote

import orjson

from tests.client import Client

HOST = "http://localhost"
PHOTO = b"\xff\xd8\xff\xe0photo"
CSV_HEAD = (
    "SubmissionDate,start,visited_on,size,weight,ok,methods,"
    "place-gps-Latitude,place-gps-Longitude,place-gps-Altitude,place-gps-Accuracy,place-path,place-field,"
    "备注,其他,meta-audit,meta-instanceID,"
    "KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion\n"
)


def ids(reply: Any) -> list[str]:
    return [row["__id"] for row in reply.json["value"]]


def pages_of(client: Client, path: str) -> list[list[str]]:
    """The rows' ids, page by page, along the links."""
    pages = []
    while True:
        reply = client.get(path)
        assert reply.status_code == 200, reply.data
        pages.append(ids(reply))
        if "@odata.nextLink" not in reply.json:
            return pages
        path = reply.json["@odata.nextLink"].removeprefix(f"{HOST}/v1")


def a_token(held: object) -> str:
    return quote("01" + base64.b64encode(orjson.dumps(held)).decode())


def unpack(reply: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
