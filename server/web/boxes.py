"""Boxes in a question, in degrees: the map's own, and those of programs that may cross the antimeridian."""

import math

from flask import request

from geo.tiles import Box
from server.errors import UnexpectedValue

BoxEdges = tuple[float, float, float, float]
WHOLE_WORLD: BoxEdges = (-180.0, -90.0, 180.0, 90.0)
FLAT, WITH_HEIGHTS = 4, 6


def read_edges(field: str, heights: bool = False) -> BoxEdges | None:
    """?field=west,south,east,north; None when absent. With `heights` perhaps also the lowest after south and the highest at
    the end, which are left out.

    Raises UnexpectedValue for what is not so many finite numbers.
    """
    text = request.args.get(field, "")
    if not text:
        return None
    numbers = read_numbers(text)
    if len(numbers) != FLAT and not heights:
        raise UnexpectedValue(field=field, value=text[:80], reason="it is not four numbers")
    if len(numbers) not in (FLAT, WITH_HEIGHTS):
        raise UnexpectedValue(field=field, value=text[:80], reason="it is neither four numbers nor six")
    if not all(map(math.isfinite, numbers)):
        raise UnexpectedValue(field=field, value=text[:80], reason="it is no box of west, south, east, north")
    if len(numbers) == WITH_HEIGHTS and numbers[2] > numbers[5]:
        raise UnexpectedValue(field=field, value=text[:80], reason="its lowest is above its highest")
    west, south = numbers[:2]
    east, north = numbers[3:5] if len(numbers) == WITH_HEIGHTS else numbers[2:]
    return west, south, east, north


def read_numbers(text: str) -> list[float]:
    """None at all where one of them is none."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return []


def read_boxes(field: str) -> tuple[Box, ...]:
    """The same with four numbers or six, as boxes one of which a feature lies in; none when absent, which is everywhere.

    One whose west is east of its east goes across the antimeridian: it comes as its two sides. Raises UnexpectedValue also
    for degrees that there are not: they are metres of some grid (OGC API - Features Part 1, fc-bbox-response D).
    """
    edges = read_edges(field, heights=True)
    if edges is None:
        return ()
    west, south, east, north = edges
    if south > north or edges != clip(edges):
        raise UnexpectedValue(
            field=field, value=request.args[field][:80], reason="it is no box of west, south, east, north"
        )
    if west <= east:
        return (Box(*edges),)
    return Box(west, south, 180.0, north), Box(-180.0, south, east, north)


def clip(edges: BoxEdges) -> BoxEdges:
    """Cut to the degrees that there are."""
    west, south, east, north = edges
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)
