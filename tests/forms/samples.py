"""The forms and records of tests/data by name, read once."""

from functools import cache
from pathlib import Path

from forms.schema import FormSchema
from forms.xform import XForm, read_xform

DATA = Path(__file__).parents[1] / "data"


def submission(name: str) -> bytes:
    return (DATA / "submissions" / f"{name}.xml").read_bytes()


def form_xml(name: str) -> bytes:
    return (DATA / "forms" / f"{name}.xml").read_bytes()


@cache
def form(name: str) -> XForm:
    return read_xform(form_xml(name))


def schema(name: str) -> FormSchema:
    return form(name).schema


def small_form(**parts: str) -> bytes:
    """A form definition whose parts can be replaced one by one."""
    text = {
        "title": "<h:title>T</h:title>",
        "root": '<data id="small" version="1">',
        "fields": "<name/>",
        "meta": "<meta><instanceID/></meta>",
        "model": "",
        "binds": '<bind nodeset="/data/name" type="string"/>',
        "body": '<input ref="/data/name"><label>Name</label></input>',
        **parts,
    }
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
        ' xmlns:jr="http://openrosa.org/javarosa" xmlns:entities="http://www.opendatakit.org/xforms/entities">'
        f"<h:head>{text['title']}<model{text['model']}><instance>{text['root']}{text['fields']}{text['meta']}</data>"
        f"</instance>{text['binds']}</model></h:head><h:body>{text['body']}</h:body></h:html>"
    ).encode()
