import pytest

from server.moving.came_files import file_type


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("image/jpeg", "image/jpeg"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("image/png\r\n X-Evil: 1", "image/png"),
        ("<script>", "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_a_files_type_is_fit_for_a_header(told: str | None, kind: str) -> None:
    assert file_type(told) == kind
