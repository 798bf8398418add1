import pytest

from geo.pmtiles import HEAD_BYTES, NotPmTiles, read_head
from geo.tiles import Box
from tests.pmtiles import MVT, TOWN, a_picture, an_archive

TILES = {(0, 0, 0): a_picture((9, 9, 9), 4), (1, 1, 0): a_picture((8, 8, 8), 4)}


def test_a_head_says_what_the_file_has() -> None:
    file = an_archive(TILES)
    head = read_head(file[:HEAD_BYTES], len(file))
    assert (head.tiles, head.min_zoom, head.max_zoom) == ("png", 0, 1)
    assert (head.box.west, head.box.south, head.box.east, head.box.north) == pytest.approx(TOWN)
    vector = an_archive(TILES, MVT)
    assert read_head(vector, len(vector)).tiles == "mvt"


def test_a_file_that_names_no_box_covers_everything() -> None:
    file = an_archive(TILES, box=(0, 0, 0, 0))
    assert read_head(file, len(file)).box == Box(-180, -90, 180, 90)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (b"", "no_pmtiles"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "no_pmtiles"),
        (b"PMTiles\x03", "cut_pmtiles"),
        (an_archive(TILES)[:-1], "cut_pmtiles"),
        (an_archive(TILES, version=2), "old_pmtiles"),
        (an_archive(TILES, packed=4), "packed_pmtiles"),
        (an_archive(TILES, kind=0), "kind_pmtiles"),
        (an_archive(TILES)[:100] + b"\x09\x02" + an_archive(TILES)[102:], "zooms_pmtiles"),
    ],
)
def test_what_browsers_could_not_draw_is_refused(file: bytes, kind: str) -> None:
    with pytest.raises(NotPmTiles) as caught:
        read_head(file[:HEAD_BYTES], len(file))
    assert caught.value.kind == kind
