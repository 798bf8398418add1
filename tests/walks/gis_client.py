"""GDAL's own client of OGC API - Features, as QGIS uses it, in a process of its own: prints what it read as JSON.

`python -m tests.walks.gis_client ADDRESS TOKEN` names the layers; with LAYER it reads it, PAGE features at a time,
`WEST,SOUTH,EAST,NORTH` of it where that is given.
"""

import json
import sys
from typing import Any

import pyogrio
import pyogrio.raw
import shapely


def main(address: str, token: str, layer: str = "", page: str = "100", box: str = "") -> None:
    source = sign_in(address, token)
    print(
        json.dumps(
            read(source, layer, page, box) if layer else [str(name) for name in pyogrio.list_layers(source)[:, 0]]
        )
    )


def sign_in(address: str, token: str) -> str:
    """The name of the source."""
    # GDAL_HTTP_HEADERS would not do: this driver sends headers of its own instead.
    options = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token, "GDAL_HTTP_TIMEOUT": "60"}
    pyogrio.set_gdal_config_options(options)
    return f"OAPIF:{address}"


def count(address: str, token: str, layer: str, page: str = "1000") -> None:
    """Prints how many features there are, all of which it reads."""
    _, _, geometries, _ = pyogrio.raw.read(sign_in(address, token), layer=layer, PAGE_SIZE=page)
    print(len(geometries))


def read(source: str, layer: str, page: str, box: str) -> list[dict[str, Any]]:
    bbox = tuple(map(float, box.split(","))) if box else None
    meta, _, geometries, columns = pyogrio.raw.read(source, layer=layer, bbox=bbox, PAGE_SIZE=page)
    shapes = [] if geometries is None else shapely.from_wkb(geometries)
    rows = zip(*columns, strict=True)
    named = [{name: str(value) for name, value in zip(meta["fields"], row, strict=True)} for row in rows]
    assert len(named) == len(shapes)
    return [row | {"at": shape.wkt} for row, shape in zip(named, shapes, strict=True)]


if __name__ == "__main__":
    main(*sys.argv[1:])
