"""What forms/browser.py says of ODK Web Forms is so: such forms are opened in it, in real Chromium."""

from xml.sax.saxutils import quoteattr

import pytest
from playwright.sync_api import expect

from forms.browser import FUNCTIONS, read_obstacles
from tests.chromium import PATIENCE_MS
from tests.server.web.pages.women import CareTown

# Every function that is said to be known, with arguments that it takes.
CALLS = {
    "abs": "-1", "acos": "1", "area": "/data/q", "asin": "1", "atan": "1", "atan2": "1, 2", "base64-decode": "'YQ=='",
    "boolean": "1", "boolean-from-string": "'1'", "ceiling": "1.5", "checklist": "1, 2, true(), false()",
    "coalesce": "/data/q, 'x'", "concat": "'a', 'b'", "contains": "'ab', 'a'", "cos": "1", "count": "/data/q",
    "count-non-empty": "/data/q", "count-selected": "/data/q", "current": "", "date": "'2026-01-01'",
    "date-time": "'2026-01-01T00:00:00.000+08:00'", "decimal-date-time": "'2026-01-01'", "decimal-time": "'12:00'",
    "digest": "'a', 'SHA-256'", "distance": "'0 0 0 0; 0 1 0 0'", "ends-with": "'ab', 'b'", "exp": "1", "exp10": "1", "false": "",
    "floor": "1.5", "format-date": "'2026-01-01', '%Y'", "format-date-time": "'2026-01-01T00:00:00', '%Y'",
    "geofence": "'0.5 0.5 0 0', '0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0'", "if": "true(), 'a', 'b'",
    "indexed-repeat": "/data/r/i, /data/r, 1", "instance": "'list'", "int": "1.5", "join": "' ', /data/q",
    "jr:choice-name": "'a', '/data/s'", "jr:itext": "'t'", "last": "", "local-name": "/data/q", "log": "1", "log10": "1",
    "max": "1, 2", "min": "1, 2", "name": "/data/q", "namespace-uri": "/data/q", "normalize-space": "' a '", "not": "true()",
    "now": "", "number": "'1'", "once": "'a'", "pi": "", "position": "..", "pow": "1, 2", "random": "", "regex": "'a', 'a'",
    "round": "1.5", "selected": "/data/q, 'a'", "selected-at": "'a b', 1", "sin": "1", "sqrt": "4", "starts-with": "'a', 'a'",
    "string": "1", "string-length": "'a'", "substr": "'abc', 1, 2", "substring": "'abc', 1, 2",
    "substring-after": "'abc', 'b'", "substring-before": "'abc', 'b'", "sum": "/data/q", "tan": "1", "today": "",
    "translate": "'a', 'a', 'b'", "true": "", "uuid": "", "weighted-checklist": "1, 2, true(), 1",
}  # fmt: skip
OF_PATHS = ("date(/data/q)", "date(instance('list')/root/item[name = 'zz']/label)", "decimal-date-time(/data/q)")
ELSEWHERE = {
    "id",
    "lang",
    "pulldata",
    "randomize",
}  # of node sets and files: they stand in no calculation by themselves
UNKNOWN = ("intersects(/data/q)", "version()", "depend(/data/q)", "extract-signed('a', 'b')", "property('x')")


def a_form(binds: str = "", body: str = "", model: str = "", fields: str = "", meta: str = "") -> str:
    return f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"
        xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>试一试</h:title><model odk:xforms-version="1.0.0">
        <itext><translation lang="default"><text id="t"><value>t</value></text></translation></itext>
        <instance><data id="visit" version="1"><q/><s/><r jr:template=""><i/></r>{fields}<meta><instanceID/>{meta}</meta></data>
        </instance><instance id="list"><root><item><name>a</name><label>甲</label></item></root></instance>{model}
        <bind nodeset="/data/q" type="string"/><bind nodeset="/data/s" type="string"/>{binds}
        <bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head><h:body>
        <input ref="/data/q"><label>问</label></input><select1 ref="/data/s"><label>选</label>
        <itemset nodeset="instance('list')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>
        <group ref="/data/r"><label>组</label><repeat nodeset="/data/r"><input ref="/data/r/i"><label>项</label></input></repeat>
        </group>{body}</h:body></h:html>"""


def calling(*calls: str) -> str:
    """A form that calculates each of these."""
    names = [f"c{number}" for number in range(len(calls))]
    pairs = zip(names, calls, strict=True)
    binds = "".join(f'<bind nodeset="/data/{name}" type="string" calculate={quoteattr(call)}/>' for name, call in pairs)
    return a_form(binds, fields="".join(f"<{name}/>" for name in names))


def asking(kind: str, media: str, looks: str = "") -> str:
    body = f'<upload ref="/data/f" mediatype="{media}" appearance="{looks}"><label>{kind}</label></upload>'
    return a_form('<bind nodeset="/data/f" type="binary"/>', body, fields="<f/>")


AUDIT = '<bind nodeset="/data/meta/audit" type="binary"/>'
LESS = {
    "drawn": asking("画", "image/*", "signature"),
    "barcode": a_form(
        '<bind nodeset="/data/b" type="barcode"/>', '<input ref="/data/b"><label>码</label></input>', fields="<b/>"
    ),
    "audit": a_form(AUDIT, meta="<audit/>"),
}


@pytest.fixture
def open_form(app, database, open_tab):
    """`open_form(xml)`: whether Web Forms opens it; each form comes in place of the published one."""
    CareTown(app, database)
    tab = open_tab("wang")
    shown: list[str] = []
    tab.page.route("**/forms/visit.xml", lambda route: route.fulfill(body=shown[-1], content_type="application/xml"))

    def start(xml: str) -> bool:
        shown.append(xml)
        tab.go("/forms/visit/fill")
        done = ".form-initialization-status.ready, .form-initialization-status.error"
        tab.page.wait_for_selector(done, state="attached")
        return tab.page.query_selector(".form-initialization-status.ready") is not None

    start.tab = tab  # type: ignore[attr-defined]
    return start


def test_a_form_with_every_function_that_is_said_to_be_known_opens(open_form):
    assert CALLS.keys() | ELSEWHERE == FUNCTIONS
    calls = [*(f"{name}({arguments})" for name, arguments in CALLS.items()), *OF_PATHS]
    assert read_obstacles(calling(*calls).encode()) == []
    assert open_form(calling(*calls)) or [one for one in calls if not open_form(calling(one))] == []


def test_a_function_that_is_said_to_be_unknown_keeps_the_form_from_opening(open_form):
    for call in UNKNOWN:
        xml = calling(call)
        assert [one.kind for one in read_obstacles(xml.encode())] == ["function"]
        assert not open_form(xml), call


def test_what_is_merely_less_opens(open_form):
    for kind, xml in LESS.items():
        assert [(one.kind, one.fails) for one in read_obstacles(xml.encode())] == [(kind, False)]
        assert open_form(xml), kind


def test_for_sound_film_and_files_there_is_nothing_to_answer_with(open_form):
    for media in ("audio/*", "video/*", "application/*"):
        xml = asking("录", media)
        assert [(one.kind, one.fails) for one in read_obstacles(xml.encode())] == [("upload", True)]
        open_form(xml)
        assert open_form.tab.page.locator(".question-container input[type=file]").count() == 0, media


def test_a_map_asks_nobody_for_tiles(open_form):
    body = '<input ref="/data/g" appearance="placement-map"><label>在哪里</label></input>'
    assert open_form(a_form('<bind nodeset="/data/g" type="geopoint"/>', body, fields="<g/>"))
    open_form.tab.page.locator(".map-block, canvas").first.wait_for(state="attached")
    open_form.tab.page.wait_for_timeout(1500)
    assert [one for one in open_form.tab.complaints if one.startswith("asked")] == []
    foreign = "() => !/OpenStreetMap|Get location/.test(document.querySelector('#fill').innerText)"
    open_form.tab.page.wait_for_function(foreign)  # words are put in once the form stands, late on a busy machine


def test_a_pattern_is_read_as_the_phone_app_reads_it(open_form):
    """Its characters by number, beyond the first sixteen bits too; a plus among the answers stays one."""
    astral = "regex('𠮷', '^[\\x{10000}-\\x{10ffff}]$')"
    body = '<input ref="/data/q2"><label><output value="/data/c0"/></label></input>'
    plus = '<select1 ref="/data/p"><label>尿</label><item><label>+</label><value>p</value></item></select1>'
    binds = f'<bind nodeset="/data/c0" type="string" calculate="if({astral}, \'对\', \'错\')"/>'
    assert open_form(a_form(binds, body + plus, fields="<c0/><q2/><p/>"))
    page = open_form.tab.page
    expect(page.get_by_text("对", exact=True)).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".value-option").last).to_have_text("+", timeout=PATIENCE_MS)
