"""Spatial SQL that means the same on SpatiaLite and PostGIS and uses the spatial index on both.

Expressions only; somebody else runs them. Every geometry column is EPSG:4326 with an index: GiST on PostGIS, the
R-tree `idx_<table>_<column>` that SpatiaLite keeps beside a table, whose key is the table's integer primary key.
Both indexes keep rounded boxes, so each search asks the geometry again.
"""

import math
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BindParameter, Boolean, ColumnElement, Double, Text, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from geo.crs import metres_per_degree
from geo.tiles import Box

SRID = 4326


def within_box(column: Any, box: Box) -> ColumnElement[bool]:
    """Rows whose geometry's bounding box touches this box (for points: that lie in it, edges included)."""
    return _WithinBox(column, _key_of(column), *map(_number, (box.west, box.south, box.east, box.north)))


def meets_box(column: Any, box: Box) -> ColumnElement[bool]:
    """Rows of which some part lies in this box, edges included: not only their bounding boxes meet."""
    return within_box(column, box) & _MeetsBox(column, literal(_outline_of(box), Text))


def near(column: Any, lon: float, lat: float, metres: float) -> ColumnElement[bool]:
    """Rows within so many metres of a place, measured on the ellipsoid."""
    return within_box(column, box_around(lon, lat, metres)) & (distance_m(column, lon, lat) <= metres)


def distance_m(column: Any, lon: float, lat: float) -> ColumnElement[float]:
    """Metres on the ellipsoid from the geometry to a place."""
    return _Distance(column, _number(lon), _number(lat))


def x(column: Any) -> ColumnElement[float]:
    """Longitude of a point column, degrees; null for anything but a point."""
    return _X(column)


def y(column: Any) -> ColumnElement[float]:
    """Latitude of a point column, degrees; null for anything but a point."""
    return _Y(column)


def edges(column: Any) -> list[ColumnElement[float]]:
    """West, south, east and north of a column's geometry, degrees; null for an empty one."""
    return [one(column) for one in (_West, _South, _East, _North)]


def as_geojson(column: Any) -> ColumnElement[str]:
    """The geometry as GeoJSON text, 6 decimals."""
    return _AsGeoJson(column)


def box_around(lon: float, lat: float, metres: float) -> Box:
    """The degrees that hold everything within so many metres of a place, with a little to spare."""
    per_lat, _ = metres_per_degree(lat)
    up = 1.01 * metres / per_lat
    south, north = max(-90.0, lat - up), min(90.0, lat + up)
    _, per_lon = metres_per_degree(max(abs(south), abs(north)))
    across = 1.01 * metres / per_lon if per_lon > 1 else 360.0
    return Box(max(-180.0, lon - across), south, min(180.0, lon + across), north)


def _outline_of(box: Box) -> str:
    """A box as text. One without a width or height is the line or point that it is: as a polygon it would meet by chance."""
    west, south, east, north = box.west, box.south, box.east, box.north
    if west == east and south == north:
        shape: BaseGeometry = shapely.Point(west, south)
    elif west == east or south == north:
        shape = shapely.LineString([(west, south), (east, north)])
    else:
        shape = shapely.box(west, south, east, north)
    return str(shapely.to_wkt(shape, rounding_precision=-1))


def open_box() -> Box:
    """A box of parameters, for an expression that is made once and asked of many boxes: `told(box)` are their values."""
    sides: Any = (bindparam(name, type_=Double()) for name in ("west", "south", "east", "north"))
    return Box(*sides)


def told(box: Box) -> dict[str, float]:
    return {"west": box.west, "south": box.south, "east": box.east, "north": box.north}


def _number(value: Any) -> ColumnElement[float]:
    if isinstance(value, BindParameter):
        return value
    if not math.isfinite(value):
        raise ValueError("A place on a map is a finite number.")
    return literal(float(value), Double)


def _key_of(column: Any) -> Any:
    keys = list(column.table.primary_key)
    assert len(keys) == 1, "SpatiaLite's R-tree is keyed by a single integer primary key"
    return keys[0]


class _WithinBox(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """A condition as it stands. SQLAlchemy would append `= 1` on SQLite, and SQLite then scans the whole table."""
        return self


class _MeetsBox(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        return self


class _Distance(FunctionElement[float]):
    type = Double()
    inherit_cache = True


class _X(FunctionElement[float]):
    type = Double()
    inherit_cache = True


class _Y(FunctionElement[float]):
    type = Double()
    inherit_cache = True


class _Edge(FunctionElement[float]):
    type = Double()
    inherit_cache = True
    sqlite = postgresql = ""


class _West(_Edge):
    inherit_cache = True
    sqlite, postgresql = "MbrMinX", "ST_XMin"


class _South(_Edge):
    inherit_cache = True
    sqlite, postgresql = "MbrMinY", "ST_YMin"


class _East(_Edge):
    inherit_cache = True
    sqlite, postgresql = "MbrMaxX", "ST_XMax"


class _North(_Edge):
    inherit_cache = True
    sqlite, postgresql = "MbrMaxY", "ST_YMax"


class _AsGeoJson(FunctionElement[str]):
    type = Text()
    inherit_cache = True


def _words_of(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> list[str]:
    return [compiler.process(clause, **options) for clause in element.clauses]


@compiles(_WithinBox, "sqlite")
def _within_box_sqlite(element: _WithinBox, compiler: SQLCompiler, **options: Any) -> str:
    column = next(iter(element.clauses))
    table = column.table
    while not hasattr(table, "metadata"):
        table = table.element
    index = compiler.preparer.quote(f"idx_{table.name}_{column.name}")

    # Written in the order of the parameters' use: SQLite's are positional.
    _, key, west, south, east, north = element.clauses
    say = {"key": key, "west": west, "south": south, "east": east, "north": north, "column": column}

    def put(*names: str) -> list[str]:
        return [compiler.process(say[name], **options) for name in names]

    key_text, w1, e1, s1, n1 = put("key", "west", "east", "south", "north")
    column_text, w2, s2, e2, n2 = put("column", "west", "south", "east", "north")
    found = f"SELECT pkid FROM {index} WHERE xmax >= {w1} AND xmin <= {e1} AND ymax >= {s1} AND ymin <= {n1}"  # noqa: S608 - parameters and a quoted name
    exactly = f"MbrIntersects({column_text}, BuildMbr({w2}, {s2}, {e2}, {n2}, {SRID}))"
    return f"({key_text} IN ({found}) AND {exactly} = 1)"


@compiles(_WithinBox, "postgresql")
def _within_box_postgresql(element: _WithinBox, compiler: SQLCompiler, **options: Any) -> str:
    column, _, west, south, east, north = _words_of(element, compiler, **options)
    found = f"{column} && ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRID})"
    across = f"ST_XMax({column}) >= {west} AND ST_XMin({column}) <= {east}"
    up = f"ST_YMax({column}) >= {south} AND ST_YMin({column}) <= {north}"
    return f"({found} AND {across} AND {up})"


@compiles(_MeetsBox, "sqlite")
def _meets_box_sqlite(element: _MeetsBox, compiler: SQLCompiler, **options: Any) -> str:
    return f"({_meets_outline(element, compiler, **options)} = 1)"


@compiles(_MeetsBox, "postgresql")
def _meets_outline(element: _MeetsBox, compiler: SQLCompiler, **options: Any) -> str:
    column, outline = _words_of(element, compiler, **options)
    return f"ST_Intersects({column}, ST_GeomFromText({outline}, {SRID}))"


@compiles(_Distance, "sqlite")
def _distance_sqlite(element: _Distance, compiler: SQLCompiler, **options: Any) -> str:
    column, lon, lat = _words_of(element, compiler, **options)
    return f"ST_Distance({column}, MakePoint({lon}, {lat}, {SRID}), 1)"


@compiles(_Distance, "postgresql")
def _distance_postgresql(element: _Distance, compiler: SQLCompiler, **options: Any) -> str:
    column, lon, lat = _words_of(element, compiler, **options)
    return f"ST_Distance({column}::geography, ST_SetSRID(ST_MakePoint({lon}, {lat}), {SRID})::geography)"


@compiles(_X)
def _x(element: _X, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _words_of(element, compiler, **options)
    return f"CASE WHEN {_is_point(column)} THEN ST_X({column}) END"


@compiles(_Y)
def _y(element: _Y, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _words_of(element, compiler, **options)
    return f"CASE WHEN {_is_point(column)} THEN ST_Y({column}) END"


def _is_point(column: str) -> str:
    """ST_X of a line is null on SpatiaLite and an error on PostGIS."""
    return f"GeometryType({column}) = 'POINT'"


@compiles(_Edge, "sqlite")
def _edge_sqlite(element: _Edge, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _words_of(element, compiler, **options)
    return f"{element.sqlite}({column})"


@compiles(_Edge, "postgresql")
def _edge_postgresql(element: _Edge, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _words_of(element, compiler, **options)
    return f"{element.postgresql}({column})"


@compiles(_AsGeoJson, "sqlite")
def _as_geojson_sqlite(element: _AsGeoJson, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _words_of(element, compiler, **options)
    return f"AsGeoJSON({column}, 6)"


@compiles(_AsGeoJson, "postgresql")
def _as_geojson_postgresql(element: _AsGeoJson, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = _words_of(element, compiler, **options)
    return f"ST_AsGeoJSON({column}, 6, 0)"
