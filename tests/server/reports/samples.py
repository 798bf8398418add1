"""A form with one field of every kind, repeats within repeats and names in Chinese, and records of it."""

from forms.schema import FormSchema
from forms.xform import read_xform
from tests.making import new_id

CENSUS = """<?xml version="1.0" encoding="UTF-8"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>人口</h:title><model><instance><data id="{form_id}" version="{version}">
<start/><visited_on/><size/><weight/><ok/><methods/>{extra}
<place><gps/><path/><field/></place>
<member><name/><age/><toy><label/></toy></member>
<备注/><其他/>
<meta><audit/><instanceID/></meta></data></instance>
<bind nodeset="/data/start" type="dateTime"/><bind nodeset="/data/visited_on" type="date"/>
<bind nodeset="/data/size" type="int"/><bind nodeset="/data/weight" type="decimal"/><bind nodeset="/data/ok" type="boolean"/>
<bind nodeset="/data/methods" type="string"/>
<bind nodeset="/data/place/gps" type="geopoint"/><bind nodeset="/data/place/path" type="geotrace"/>
<bind nodeset="/data/place/field" type="geoshape"/>
<bind nodeset="/data/member/name" type="string"/><bind nodeset="/data/member/age" type="int"/>
<bind nodeset="/data/member/toy/label" type="string"/>
<bind nodeset="/data/备注" type="string"/><bind nodeset="/data/其他" type="string"/>
<bind nodeset="/data/meta/audit" type="binary"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head>
<h:body><input ref="/data/visited_on"><label>On</label></input><input ref="/data/size"><label>Size</label></input>
<select ref="/data/methods"><label>Methods</label><item><label>IUD</label><value>iud</value></item>
<item><label>Pill</label><value>pill</value></item></select>
<group ref="/data/place"><label>Place</label><input ref="/data/place/gps"><label>GPS</label></input></group>
<group ref="/data/member"><label>Member</label><repeat nodeset="/data/member">
<input ref="/data/member/name"><label>N</label></input>
<group ref="/data/member/toy"><label>Toy</label><repeat nodeset="/data/member/toy">
<input ref="/data/member/toy/label"><label>T</label></input></repeat></group></repeat></group></h:body></h:html>"""

RECORD = """<data id="{form_id}" version="{version}" xmlns:orx="http://openrosa.org/xforms">
<start>{start}</start><visited_on>{visited_on}</visited_on><size>{size}</size><weight>{weight}</weight><ok>{ok}</ok>
<methods>{methods}</methods>{extra}<place><gps>{gps}</gps><path>{path}</path><field>{field}</field></place>{members}
<备注>{note}</备注><其他>{other}</其他>
<orx:meta><audit>{audit}</audit><orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"""

NAMES = (
    *("start", "visited_on", "size", "weight", "ok", "methods", "extra"),
    *("gps", "path", "field", "members", "note", "other", "audit"),
)


def a_census_form(form_id: str = "census", version: str = "1", extra: str = "") -> bytes:
    """The form; `extra` are more fields of the root."""
    return CENSUS.format(form_id=form_id, version=version, extra=extra).encode()


def census_schema() -> FormSchema:
    return read_xform(a_census_form()).schema


def a_census(form_id: str = "census", version: str = "1", instance_id: str | None = None, **answers: str) -> bytes:
    """A record; `answers` by the field's name (`note` and `other` are the two with Chinese names), `members` as XML."""
    known = dict.fromkeys(NAMES, "")
    return RECORD.format(
        form_id=form_id, version=version, instance_id=instance_id or new_id(), **known | answers
    ).encode()


def a_member(name: str, age: str = "", toys: tuple[str, ...] = ()) -> str:
    inner = "".join(f"<toy><label>{toy}</label></toy>" for toy in toys)
    return f"<member><name>{name}</name><age>{age}</age>{inner}</member>"
