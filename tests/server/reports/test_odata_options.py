"""Questions that cannot be answered, by HTTP: each has its code, and none is an error of the server."""

from tests.client import Client
from tests.server.reports.census import Send
from tests.server.reports.samples import a_member

REFUSED = {
    "$top=many": 400.11,
    "$top=-1": 400.11,
    "$skip=1.5": 400.11,
    "$top=99999999999999999999999": 400.11,
    "$filter=size gt": 400.18,
    "$filter=size gt 'three'": 400.18,
    "$filter=" + "(" * 60 + "ok" + ")" * 60: 400.18,
    "$filter=nobody eq 1": 501.5,
    "$filter=__system/deviceId eq 'x'": 501.5,
    "$filter=contains(methods,'iud')": 501.4,
    "$filter=__id eq 'x' UNION SELECT": 400.18,
    "$orderby=size": 501.5,
    "$orderby=__id sideways": 501.4,
    "$orderby=__id&$skiptoken=01e30=": 501.1,
    "$select=nobody": 400.23,
    "$select=__system/nobody": 400.23,
    "$select=member/name": 400.24,
    "$select=size&$expand=*": 501.11,
    "$expand=member": 501.6,
    "$apply=groupby(size)": 501.1,
    "limit=5": 501.1,
    "$format=atom": 406.1,
}


def test_what_cannot_be_answered_has_its_code(as_bob: Client, send: Send, feed: str) -> None:
    send()
    replies = {query: as_bob.get(f"{feed}/Submissions?{query}") for query in REFUSED}
    assert {query: reply.json["code"] for query, reply in replies.items()} == REFUSED
    for query, reply in replies.items():
        assert reply.status_code == int(REFUSED[query])
        assert reply.headers["OData-Version"] == "4.0"
        assert "ETag" not in reply.headers


ODD_PLACES = (
    *(
        "",
        "/$metadata",
        "/Submissions",
        "/Submissions.member",
        "/Submissions('{sent}')",
        "/Submissions('{sent}')/member",
    ),
    *(
        "/Submissions('{sent}')/member('x')",
        "/Submissions(''",
        "/Submissions('a')('b')",
        "/('x')",
        "/Submissions//member",
    ),
    *("//", "/Submissions('%00')", "/Submissions('%FF')", "/Submissions.member('x')", "/$batch", "/Submissions/$count"),
    *("/%EE%80%80", "/Submissions('" + "a" * 5000 + "')"),
)


ODD_QUERIES = (
    *("$filter=%00", "$filter=__id eq '%FF'", "$filter=__id eq '%F0%9F%98%80'", "$top=%F0", "$top=１", "$select=,"),
    *("$skip=9007199254740992", "$top=9007199254740992&$skip=9007199254740992", "$select=__id,,size", "$orderby=,"),
    *("$skiptoken=01", "$skiptoken=" + "A" * 9000, "$search=%00", "$filter=ok eq ok eq ok", "$filter=null eq null"),
    *("$filter=year(null) eq 1", "$filter=year(year(now())) eq 1", "$filter=" + "a" * 5000, "$filter=true"),
    "$orderby=" + "__id," * 2500 + "__id",
    *(
        "$filter=-0 eq 0 and __id ne null",
        "$filter=start eq 2026-01-01",
        "$filter=__system/submitterId gt -9223372036854775808",
    ),
)


def test_no_question_is_ever_an_error_of_the_server(as_bob: Client, send: Send, feed: str) -> None:
    sent = send(members=a_member("甲"))
    replies = {
        (place, query): as_bob.get(feed + place.format(sent=sent) + "?" + query).status_code
        for place in ODD_PLACES
        for query in (ODD_QUERIES if place in ("/Submissions", "/Submissions.member") else ODD_QUERIES[:2])
    }
    assert {asked: status for asked, status in replies.items() if status >= 500 and status != 501} == {}
