"""Boxes in a question: four numbers or six, across the antimeridian, and what is none."""

import pytest
from flask import Flask

from geo.tiles import Box
from server.errors import UnexpectedValue
from server.web.boxes import read_boxes, read_edges

READ = [
    ("105,30,105.5,30.5", (Box(105, 30, 105.5, 30.5),)),
    ("105,30,-400,105.5,30.5,8849", (Box(105, 30, 105.5, 30.5),)),
    ("105,30,105,30", (Box(105, 30, 105, 30),)),
    ("-180,-90,180,90", (Box(-180, -90, 180, 90),)),
    ("170,-20,-170,20", (Box(170, -20, 180, 20), Box(-180, -20, -170, 20))),
    ("170,-20,0,-170,20,9", (Box(170, -20, 180, 20), Box(-180, -20, -170, 20))),
]


@pytest.mark.parametrize(("text", "boxes"), READ)
def test_a_box_has_four_numbers_or_six_and_may_cross_the_antimeridian(
    bare_app: Flask, text: str, boxes: tuple[Box, ...]
) -> None:
    with bare_app.test_request_context(f"/?bbox={text}"):
        assert read_boxes("bbox") == boxes


NONE = ["1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "nan,0,1,1", "0,inf,1,1", "0,2,1,1", ",", "0,0,9,1,1,8"]
METRES = ["-181,0,1,1", "0,-91,1,1", "0,0,180.1,1", "0,0,1,90.1", "11688546,3503549,11689659,3504834"]


@pytest.mark.parametrize("text", [*NONE, *METRES])
def test_what_is_no_box_is_refused(bare_app: Flask, text: str) -> None:
    with bare_app.test_request_context(f"/?bbox={text}"), pytest.raises(UnexpectedValue):
        read_boxes("bbox")


def test_no_box_is_everywhere(bare_app: Flask) -> None:
    with bare_app.test_request_context("/"):
        assert read_boxes("bbox") == () and read_edges("box") is None
