import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.datasets import DatasetUse
from forms.errors import FormError
from forms.media import MediaNeed
from forms.schema import Choice, Field, FormSchema
from forms.xform import Conflict, clean_xform, compare_types, read_xform, set_version
from tests.forms.samples import form, form_xml, schema, small_form


def test_a_form_says_its_name_version_title_and_what_it_needs():
    read = form("everything")

    assert (read.form_id, read.version, read.title) == ("everything", "7", "什么都有")
    assert read.media == [MediaNeed("villages.csv", "file"), MediaNeed("methods.png", "image")]
    assert (read.encrypted, read.datasets, read.warnings) == (False, [], [])


def test_fields_come_in_document_order_with_their_types():
    assert [(one.path, one.type) for one in schema("everything").fields] == [
        ("/start", "dateTime"),
        ("/grp", "structure"),
        ("/grp/name", "string"),
        ("/grp/age", "int"),
        ("/grp/gps", "geopoint"),
        ("/grp/methods", "string"),
        ("/village", "string"),
        ("/member", "repeat"),
        ("/member/nick", "string"),
        ("/member/photo", "binary"),
        ("/member/call", "repeat"),
        ("/member/call/called_on", "date"),
        ("/path", "geotrace"),
        ("/field", "geoshape"),
        ("/order", "odk:rank"),
        ("/meta", "structure"),
        ("/meta/audit", "binary"),
        ("/meta/instanceID", "string"),
    ]
    assert [one.order for one in schema("everything").fields] == list(range(18))


def test_labels_and_choices_come_in_every_language_under_short_names():
    by_path = schema("everything").by_path

    assert by_path["/grp"].labels == {"zh": "第一组", "en": "First group"}
    assert by_path["/member"].labels == {"zh": "家人", "en": "Member"}
    assert by_path["/grp/methods"].labels == {"zh": "您好，${name}", "en": "Hello ${name}"}
    assert by_path["/grp/methods"].select_multiple and not by_path["/order"].select_multiple
    assert by_path["/grp/methods"].choices == (
        Choice("iud", {"zh": "含铜宫内节育器", "en": "Copper IUD"}),
        Choice("pill", {"zh": "短效口服避孕药", "en": "Pill"}),
    )
    assert by_path["/village"].choices is None and by_path["/village"].choices_from == "villages.csv"


def test_inline_choices_relative_references_and_binds_by_id_of_old_forms_are_read():
    read = read_xform(
        small_form(
            fields="<grp><a/><b/></grp><c/>",
            binds='<bind id="c" nodeset=" /data/c " type="xsd:int"/><bind nodeset="/data/grp/a"/>',
            body='<group ref="/data/grp"><select1 ref="a"><label>A</label><item><label>One</label><value>1</value></item>'
            '</select1><input ref="./b"><label>B</label></input></group><input bind="c"><label>C</label></input>',
        )
    ).schema.by_path

    assert read["/grp/a"].choices == (Choice("1", {"default": "One"}),)
    assert (read["/grp/a"].type, read["/grp/b"].type, read["/c"].type) == ("unknown", "unknown", "int")
    assert [read[path].labels for path in ("/grp/a", "/grp/b", "/c")] == [
        {"default": "A"},
        {"default": "B"},
        {"default": "C"},
    ]


def test_an_entity_in_a_repeat_is_found_with_its_properties():
    assert form("entity_in_repeat").datasets == [
        DatasetUse("trees", ("species", "geometry"), True, False, "2025.1.0", "/tree")
    ]


def test_an_encrypted_form_says_so():
    assert read_xform(small_form(binds='<submission base64RsaPublicKey="MIIB"/>')).encrypted


def test_a_version_in_a_name_space_and_one_that_is_absent_are_read():
    assert read_xform(small_form(root='<data id="x" xmlns:o="u:o" o:version="3">')).version == "3"
    assert read_xform(small_form(root='<data id="x">')).version == ""


@pytest.mark.parametrize("form_id", ["入户 访视/二", "a.b.c", "http://example.org/x:y", "a'(b)", "访" * 249])
def test_form_ids_may_be_odd(form_id):
    assert read_xform(small_form(root=f'<data id="{form_id}">')).form_id == form_id


ENTITY = '<meta><instanceID/><entity dataset="people" id="" create="1"><label/></entity></meta>'
MODEL = ' entities:entities-version="2024.1.0"'

REFUSED = {
    "no XML": (b"PK", "unparseable"),
    "a filled form": (b'<data id="x"><meta/></data>', "missing"),
    "no instance": (b'<h:html xmlns:h="u:h"><h:head><model/></h:head><h:body/></h:html>', "missing"),
    "an empty instance": (b'<h xmlns="u:h"><head><model><instance/></model></head><body/></h>', "missing"),
    "no body": (b'<h xmlns="u:h"><head><model><instance><d id="x"/></instance></model></head></h>', "missing"),
    "no id": (small_form(root="<data>"), "missing"),
    "a blank id": (small_form(root='<data id=" ">'), "missing"),
    "an id that ends in .xlsx": (small_form(root='<data id="a.xlsx">'), "unexpected"),
    "an id that ends in .XML": (small_form(root='<data id="a.XML">'), "unexpected"),
    "an id that ends in .xls": (small_form(root='<data id="a.xls">'), "unexpected"),
    "an id that climbs": (small_form(root='<data id="a/../b">'), "unexpected"),
    "an id with a leading dot": (small_form(root='<data id=".a">'), "unexpected"),
    "an id with a backslash": (small_form(root='<data id="a\\b">'), "unexpected"),
    "an id with a line break": (small_form(root='<data id="a&#10;b">'), "unexpected"),
    "a long id": (small_form(root=f'<data id="{"a" * 250}">'), "too_long"),
    "a long version": (small_form(root=f'<data id="a" version="{"1" * 250}">'), "too_long"),
    "a version with a tab": (small_form(root='<data id="a" version="1&#9;2">'), "unexpected"),
    "no meta": (small_form(meta=""), "no_meta"),
    "a file that climbs": (small_form(binds='<instance id="x" src="jr://file-csv/../x.csv"/>'), "unexpected"),
    "a file with a backslash": (small_form(binds='<instance id="x" src="jr://file/..\\x.csv"/>'), "unexpected"),
    "an entity without a version": (small_form(meta=ENTITY), "entity"),
    "a newer entity": (small_form(meta=ENTITY, model=MODEL.replace("2024.1.0", "2026.1.0")), "entity"),
    "an older entity": (small_form(meta=ENTITY, model=MODEL.replace("2024.1.0", "2021.1.0")), "entity"),
    "nonsense for a version": (small_form(meta=ENTITY, model=MODEL.replace("2024.1.0", "new")), "entity"),
    "a newer version without an entity": (small_form(model=MODEL.replace("2024.1.0", "2027.1")), "entity"),
    "an entity without a list": (small_form(meta=ENTITY.replace("people", ""), model=MODEL), "entity"),
    "a list with a dot": (small_form(meta=ENTITY.replace("people", "a.b"), model=MODEL), "entity"),
    "a list with two underscores": (small_form(meta=ENTITY.replace("people", "__a"), model=MODEL), "entity"),
    "an entity that does nothing": (small_form(meta=ENTITY.replace(' create="1"', ""), model=MODEL), "entity"),
    "a property without an entity": (
        small_form(binds='<bind nodeset="/data/name" entities:saveto="x"/>', model=MODEL),
        "entity",
    ),
    "a property called Label": (
        small_form(meta=ENTITY, model=MODEL, binds='<bind nodeset="/data/name" entities:saveto="Label"/>'),
        "entity",
    ),
    "a property with a semicolon": (
        small_form(meta=ENTITY, model=MODEL, binds='<bind nodeset="/data/name" entities:saveto="a;b"/>'),
        "entity",
    ),
    "a property in a repeat outside of which the entity is": (
        small_form(
            meta=ENTITY,
            model=MODEL,
            fields="<r><name/></r>",
            binds='<bind nodeset="/data/r/name" entities:saveto="a"/>',
            body='<group ref="/data/r"><repeat nodeset="/data/r"/></group>',
        ),
        "entity",
    ),
    "properties that differ in case": (
        small_form(
            meta=ENTITY,
            model=MODEL,
            fields="<a/><b/>",
            binds='<bind nodeset="/data/a" entities:saveto="x"/><bind nodeset="/data/b" entities:saveto="X"/>',
        ),
        "entity",
    ),
}


@pytest.mark.parametrize(("xml", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_forms_that_cannot_be_used_are_refused_with_a_reason(xml, kind):
    with pytest.raises(FormError) as refused:
        read_xform(xml)

    assert refused.value.kind == kind
    assert refused.value.message.endswith(".")
    if kind in ("missing", "unexpected", "too_long"):
        assert refused.value.details["parameter"]


@pytest.mark.parametrize("version", ["2022.1.0", "2022.1.5", "2023.1.0", "2024.1.0", "2025.1", "2025.1.7"])
def test_every_entities_version_from_2022_to_2025_1_is_read(version):
    assert read_xform(small_form(meta=ENTITY, model=MODEL.replace("2024.1.0", version))).datasets[0].name == "people"


def test_chinese_names_of_lists_and_properties_are_fine():
    read = read_xform(
        small_form(
            meta=ENTITY.replace("people", "家庭"),
            model=MODEL,
            binds='<bind nodeset="/data/name" entities:saveto="户主"/>',
        )
    )

    assert (read.datasets[0].name, read.datasets[0].properties) == ("家庭", ("户主",))


def test_a_form_without_a_title_is_read_as_central_reads_it():
    read = read_xform(small_form(title=""))

    assert (read.title, read.warnings) == (None, [])


def test_names_that_clash_in_odata_are_read_with_a_warning():
    read = read_xform(small_form(fields="<姓名/><年龄/><a-b/><a_b/>", binds="", body=""))

    assert [one.type for one in read.warnings] == ["clashingNames", "clashingNames"]
    assert read.warnings[0].details == {"path": "", "names": ["姓名", "年龄"]}


def test_old_entities_are_read_with_a_warning():
    read = read_xform(small_form(meta=ENTITY, model=MODEL.replace("2024.1.0", "2023.1.0")))

    assert [one.type for one in read.warnings] == ["oldEntityVersion"]


def test_a_field_may_become_a_string_and_nothing_else():
    def a_schema(**types: str) -> FormSchema:
        return FormSchema(tuple(Field(name, f"/{name}", kind) for name, kind in types.items()))

    old = a_schema(a="int", b="int", c="string", d="structure", gone="int")
    new = a_schema(a="string", b="decimal", c="int", d="structure", new="date")

    assert compare_types(old, new) == [Conflict("/b", "int", "decimal"), Conflict("/c", "string", "int")]


BLANKS = " " * 5_000_000
HEAVY = {
    "blanks in a tag": small_form(binds=f"<submission{BLANKS}/>"),
    "blanks in the root": small_form(root=f'<data id="x"{BLANKS}>'),
    "a reference of brackets": small_form(
        fields="<s/>",
        binds="<instance id='l'><root><item><name>a</name></item></root></instance>",
        body="<select1 ref='/data/s'><itemset nodeset=\"instance('l')/root/item\"><value ref='name'/>"
        f"<label ref='{'itext(' * 1_000_000}'/></itemset></select1>",
    ),
    "a reference of quotes": small_form(
        body=f"""<input ref="/data/name"><label ref="{"jr:itext('" * 800_000}"/></input>"""
    ),
    "a name of a language": small_form(binds=f'<itext><translation lang="{"(aa-" * 2_000_000}"/></itext>'),
    "an appearance": small_form(body=f"""<input ref="/data/name" appearance="{"search('" * 1_000_000}"/>"""),
    "ten thousand choice lists": small_form(
        fields="".join(f"<s{n}/>" for n in range(10_000)),
        body="".join(
            f'<select1 ref="/data/s{n}"><item><label>{n}</label><value>1</value></item></select1>'
            for n in range(10_000)
        ),
    ),
    "thirty thousand binds": small_form(binds="".join(f'<bind nodeset="/data/a{n}"/>' for n in range(30_000))),
}


@pytest.mark.parametrize("xml", HEAVY.values(), ids=HEAVY.keys())
def test_heavy_forms_do_not_hold_the_server_up(xml):
    started = time.process_time()

    clean_xform(set_version(xml, "2"))
    FormSchema.from_json(read_xform(xml).schema.to_json())

    assert time.process_time() - started < 5  # quadratic work would take minutes


@settings(max_examples=150)
@given(st.data())
def test_a_form_with_bytes_changed_is_read_and_edited_or_refused(data):
    xml = bytearray(form_xml(data.draw(st.sampled_from(["everything", "entity_in_repeat"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        xml[data.draw(st.integers(0, len(xml) - 1))] = data.draw(st.sampled_from(b"<>/\"'= :&;x\xe4"))
    try:
        read = read_xform(bytes(xml))
    except FormError as refused:
        assert refused.message
        return

    assert FormSchema.from_json(read.schema.to_json()) == read.schema
    assert read_xform(clean_xform(bytes(xml))).schema == read.schema
    changed = read_xform(set_version(bytes(xml), "new"))
    assert (changed.version, changed.schema) == ("new", read.schema)


SHAPES = st.recursive(
    st.just([]), lambda below: st.lists(st.tuples(st.sampled_from("abcd"), below), max_size=4), max_leaves=15
)


@settings(max_examples=100)
@given(SHAPES, st.lists(st.sampled_from(["/a", "/a/b", "/b", "/c/d", "/a/b/c"]), max_size=3))
def test_whatever_the_shape_of_a_form_its_fields_are_unique_and_parents_come_first(shape, repeats):
    def as_xml(tree: list[tuple[str, list]]) -> str:
        return "".join(f"<{name}>{as_xml(below)}</{name}>" for name, below in tree)

    body = "".join(f'<group ref="/data{path}"><repeat nodeset="/data{path}"/></group>' for path in repeats)
    schema = read_xform(small_form(fields=as_xml(shape), binds="", body=body)).schema

    paths = [one.path for one in schema.fields]
    assert len(set(paths)) == len(paths)
    assert all(path.rpartition("/")[0] in ("", *paths[:order]) for order, path in enumerate(paths))
    assert sum(len(table.fields) for table in schema.tables()) == len(paths)
