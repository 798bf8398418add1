"""What can be wrong with a place. These errors know no HTTP: `server/errors.py` gives them a number."""

from typing import Any


class GeoError(Exception):
    """A place, a grid or a boundary file that cannot be used, and why.

    `message` is an English sentence with `{placeholders}` already filled; `kind` is a stable word for callers
    that translate; `details` is JSON-able and carries what the sentence names.
    """

    kind = "geo"

    def __init__(self, message: str, kind: str | None = None, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or type(self).kind
        self.details = details or {}


class UnreadableGeometry(GeoError):
    """An answer that should be a point, a trace or a shape, and is none."""

    kind = "unreadable_geometry"


class UnknownCrs(GeoError):
    """A coordinate system nobody knows by that name."""

    kind = "unknown_crs"


class InvalidBoundary(GeoError):
    """A boundary file that would put people into the wrong village, or into none."""

    kind = "invalid_boundary"
