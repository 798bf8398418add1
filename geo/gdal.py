"""GDAL, in a process that ends: what few ask for is not loaded into all, and a file it stumbles over takes nobody along.

It cannot be loaded when it is wanted: behind mod_spatialite its libraries and those of SpatiaLite clash.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Timer
from typing import Any, Final

CHILD: Final = Path(__file__).with_name("gdal_child.py")
COMMAND: Final = (sys.executable, "-I", str(CHILD))
WALL_SECONDS: Final = 120  # for a file that is read, and for each part of one that is written
NOWHERE: Final = subprocess.DEVNULL
Part = tuple[Sequence[str | None], Sequence[Sequence[str | None]]]
"""Shapes as WKB in hex, and columns."""


class GdalFailed(Exception):
    """It did not read or write what it was given."""


def read(data: bytes, encoding: str | None, most: int) -> dict[str, Any]:
    """Of at most so many rows `names`, `columns`, `shapes` (WKB in hex) and `crs`. Raises GdalFailed."""
    task = line({"encoding": encoding, "max_features": most}) + data
    try:
        done = subprocess.run(COMMAND, input=task, capture_output=True, timeout=WALL_SECONDS, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise GdalFailed from error
    return told


def write_geopackage(target: Path, layer: str, heads: Sequence[str], parts: Iterable[Part]) -> None:
    """One layer of WGS 84 whose columns are text. Raises GdalFailed."""
    task = {
        "path": str(target),
        "fields": list(heads),
        "layer": layer,
        "driver": "GPKG",
        "geometry_type": "Unknown",
        "crs": "EPSG:4326",
    }
    try:
        # nothing of what GDAL may say goes into the log: it may be an answer
        with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=NOWHERE, stderr=NOWHERE) as child:
            assert child.stdin is not None
            for one in chain((task,), parts):
                with ended_when_late(child):
                    child.stdin.write(line(one))
            with ended_when_late(child):
                child.communicate()
    except BrokenPipeError as error:
        raise GdalFailed from error
    if child.returncode:
        raise GdalFailed


@contextmanager
def ended_when_late(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Around what is waited for; how long the parts are in the making is not the child's fault."""
    timer = Timer(WALL_SECONDS, child.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def line(told: Any) -> bytes:
    return json.dumps(told).encode() + b"\n"
