import pytest

from server.web.pages.own_paths import own_path, read_address


@pytest.mark.parametrize("path", ["/", "/review?state=approved&village=1", "/forms/%E8%A1%A8"])
def test_our_own_paths_stay(path):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path", [None, "", "review", "//evil.test", "/\\evil.test", "https://evil.test", "/a\nb", "/a\\b", "/" + "x" * 3000]
)
def test_anything_else_becomes_the_start_page(path):
    assert own_path(path) == "/"


@pytest.mark.parametrize("text", [None, "", "http://[", "http://[::1/review", "//[x"])
def test_what_is_no_address_has_no_parts(text):
    assert not any(read_address(text))
