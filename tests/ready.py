"""What many tests begin with is written once and kept: to put the rows back takes a tenth of the time.

Only into a database that a test has just taken and nobody wrote to; any other is written as if there were nothing kept.
"""

from collections.abc import Callable, Hashable
from copy import deepcopy
from typing import Any, Protocol

from server.db import Database


class Shelf(Protocol):
    """Keeps the rows of a database, as its kind does it."""

    def is_untouched(self, url: str) -> bool:
        """Whether it is as it was taken, and nobody is asking it anything."""
        ...

    def keep(self, url: str) -> Any: ...

    def put_back(self, url: str, kept: Any) -> None: ...


SHELVES: dict[Database, Shelf] = {}
KEPT: dict[Hashable, tuple[Any, dict[str, Any]]] = {}


def made_once(database: Database, name: Hashable, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` tells of the rows that it writes; it is called at the first time of this name only.

    It may write to the database alone, and the same each time.
    """
    shelf, url = SHELVES.get(database), database.engine.url.render_as_string(hide_password=False)
    if shelf is None or not shelf.is_untouched(url):
        return make()
    if name in KEPT:
        shelf.put_back(url, KEPT[name][0])
        return deepcopy(KEPT[name][1])
    told = make()
    KEPT[name] = shelf.keep(url), deepcopy(told)
    return told
