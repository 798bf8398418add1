"""A form's files in the hands of who tries a draft, by its test address alone."""

import re

import pytest

from tests.client import Client
from tests.making import an_xform


@pytest.fixture
def draft(as_bob: Client, project_id: int, without_java: None) -> str:
    """The test address of a draft with a picture and an entity list."""
    path = f"/projects/{project_id}"
    files = '<instance id="a" src="jr://images/图 1.png"/><instance id="b" src="jr://file/homes.csv"/>'
    xml = an_xform("入户/一").replace(b"</instance>", b"</instance>" + files.encode(), 1)
    as_bob.post(path + "/datasets", json={"name": "homes"})
    made = as_bob.post(path + "/forms", data=xml, content_type="application/xml").json
    form = path + "/forms/%E5%85%A5%E6%88%B7%2F%E4%B8%80/draft"
    as_bob.post(form + "/attachments/%E5%9B%BE%201.png", data=b"\x89PNG\r\n\x1a\n", content_type="image/png")
    return f"/test/{made['draftToken']}{form}"


def test_every_address_in_a_drafts_list_and_manifest_can_be_fetched(as_nobody: Client, draft: str) -> None:
    listed = as_nobody.get(draft + "/formList").text
    manifest = as_nobody.get(draft + "/manifest").text
    addresses = re.findall(r"<downloadUrl>https?://[^/]+/v1([^<]+)</downloadUrl>", listed + manifest)

    assert len(addresses) == 3
    for address in addresses:
        assert as_nobody.get(address.replace("&amp;", "&")).status_code == 200, address
    md5 = re.search(r"<hash>md5:(\w+)</hash>", listed)
    assert as_nobody.get(addresses[0]).headers["ETag"] == f'"{md5[1]}"'


@pytest.mark.parametrize("part", ["/formList", ".xml", "/manifest", "/attachments/homes.csv", "/submission"])
def test_another_token_opens_nothing(as_nobody: Client, draft: str, part: str) -> None:
    wrong = re.sub(r"/test/[^/]+", "/test/" + "A" * 64, draft)
    assert as_nobody.get(wrong + part).status_code == 404


def test_a_file_the_draft_does_not_name_is_not_there(as_nobody: Client, draft: str) -> None:
    assert as_nobody.get(draft + "/attachments/other.png").status_code == 404


def test_the_maker_reads_the_manifest_of_a_draft_and_of_an_old_version(
    as_bob: Client, as_chelsea: Client, draft: str, project_id: int
) -> None:
    form = "/projects" + draft.partition("/projects")[2].removesuffix("/draft")
    assert "homes.csv" in as_bob.get(form + "/draft/manifest").text
    as_bob.post(form + "/draft/publish")

    assert f"/v1{form}/versions/1/attachments/homes.csv" in as_bob.get(form + "/versions/1/manifest").text
    assert as_bob.get(form + "/draft/manifest").status_code == 404
    assert as_chelsea.get(form + "/versions/1/manifest").status_code == 403
