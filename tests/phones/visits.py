"""Filled forms as a phone sends them: one small form with photos, made so that every byte can be asked for again."""

import hashlib
import io
import random
import uuid
from dataclasses import dataclass, field

import requests

FORM_ID = "stream"
FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:orx="http://openrosa.org/xforms">
  <h:head><h:title>入户 stream</h:title><model>
    <instance><data id="stream" version="1">
      <name/><place/><photo/><photo2/><orx:meta><orx:instanceID/></orx:meta>
    </data></instance>
    <bind nodeset="/data/name" type="string"/><bind nodeset="/data/place" type="geopoint"/>
    <bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/photo2" type="binary"/>
    <bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"
      xmlns:jr="http://openrosa.org/javarosa"/>
  </model></h:head>
  <h:body><input ref="/data/name"><label>name</label></input><input ref="/data/place"><label>place</label></input>
    <upload ref="/data/photo" mediatype="image/*"><label>photo</label></upload>
    <upload ref="/data/photo2" mediatype="image/*"><label>photo2</label></upload></h:body>
</h:html>"""


@dataclass(frozen=True)
class Visit:
    """One filled form and its photos, by file name."""

    instance_id: str
    xml: bytes
    photos: dict[str, bytes] = field(default_factory=dict)

    def post(self, http: requests.Session, phone_url: str) -> int:
        """Sends it as Collect does; the status. Raises requests.RequestException when the connection breaks."""
        files = [("xml_submission_file", ("visit.xml", io.BytesIO(self.xml), "text/xml"))]
        files += [(name, (name, io.BytesIO(data), "image/jpeg")) for name, data in self.photos.items()]
        answer = http.post(f"{phone_url}/submission", files=files, headers={"X-OpenRosa-Version": "1.0"}, timeout=30)
        return answer.status_code


def make_visit(seed: int) -> Visit:
    """The visit of a seed: the same bytes each time."""
    chance = random.Random(seed)
    instance_id = f"uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}"
    photos = {f"{seed}-{name}.jpg": a_photo(chance.randbytes(chance.randrange(5_000, 120_000))) for name in ("a", "b")}
    first, second = photos
    xml = (
        f'<?xml version="1.0"?><data id="{FORM_ID}" version="1" xmlns:orx="http://openrosa.org/xforms">'
        f"<name>第 {seed} 户</name><place>30.{seed % 1000:03} 105.4 0 5</place><photo>{first}</photo>"
        f"<photo2>{second}</photo2><orx:meta><orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"
    )
    return Visit(instance_id, xml.encode(), photos)


def a_photo(data: bytes) -> bytes:
    """A JPEG that can be followed to its end: of one that cannot, what looks like a note of where it was taken is not given out,
    and among so many bytes of chance there is one now and then.
    """
    return b"\xff\xd8\xff\xda\x00\x02" + data.replace(b"\xff", b"\xfe") + b"\xff\xd9"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
