"""`$metadata` by HTTP: types and tables, and what is wrong, in XML (odk-contract.md 7.2)."""

from lxml import etree

from tests.client import Client

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def test_the_metadata_declares_what_the_rows_hold(as_bob: Client, census_phone: Client, feed: str) -> None:
    reply = as_bob.get(feed + "/$metadata")
    assert reply.content_type.startswith("application/xml")
    assert as_bob.get(feed + "/%24metadata").data == as_bob.get(feed + "/$metadata/").data == reply.data
    root = etree.fromstring(reply.data)
    types = {one.get("Name"): one for one in root.iter(EDM + "EntityType", EDM + "ComplexType")}

    assert {one.get("Name"): one.get("Type") for one in types["Submissions"].iter(EDM + "Property")} == {
        "__id": "Edm.String",
        "__system": "org.opendatakit.submission.metadata",
        "start": "Edm.DateTimeOffset",
        "visited_on": "Edm.Date",
        "size": "Edm.Int64",
        "weight": "Edm.Decimal",
        "ok": "Edm.Boolean",
        "methods": "Edm.String",
        "place": "org.opendatakit.user.census.place",
        "__": "Edm.String",
        "___2": "Edm.String",
        "meta": "org.opendatakit.user.census.meta",
    }
    assert {one.get("Name"): one.get("Type") for one in types["place"]} == {
        "gps": "Edm.GeographyPoint",
        "path": "Edm.GeographyLineString",
        "field": "Edm.GeographyPolygon",
    }
    toys = [one.attrib for one in types["Submissions.member"].iter(EDM + "NavigationProperty")]
    assert toys == [{"Name": "toy", "Type": "Collection(org.opendatakit.user.census.Submissions.member.toy)"}]
    assert "__Submissions-member-id" in {one.get("Name") for one in types["Submissions.member.toy"]}
    assert [one.get("Name") for one in root.iter(EDM + "EntitySet")] == [
        "Submissions",
        "Submissions.member",
        "Submissions.member.toy",
    ]
    assert [one.get("Name") for one in root.iter(EDM + "EnumType")] == ["Status", "ReviewState"]


def test_metadata_complains_in_xml(as_bob: Client, as_chelsea: Client, census_phone: Client, feed: str) -> None:
    refused = as_chelsea.get(feed + "/$metadata")
    root = etree.fromstring(refused.data)
    assert (refused.status_code, root.tag, root.get("code")) == (403, "error", "403.1")
    assert root.find("message").text
    assert etree.fromstring(as_bob.get(feed + "/$metadata?$format=json").data).get("code") == "406.1"
