"""What was put off to another day, below what waits today: it comes back by itself."""

from dataclasses import replace
from typing import Any

from server.followups import lists_for_pages as lists
from server.followups.lists_for_pages import Wanted
from server.web import session
from server.web.pages.followups import Reach, list_line

MOST = 50


def later_lines(reach: Reach, wanted: Wanted, names: dict[str, str]) -> list[dict[str, Any]]:
    """By the day on which they come back. There are few: nothing is put off for longer than two weeks."""
    only = replace(wanted, state="", later="only")
    found = lists.list_visits(session.db(), reach.project.id, reach.whose, only, reach.today, 0, MOST)
    lines = [{**list_line(one, names, reach.today), "until": one.row.snoozed_until} for one in found]
    return sorted(lines, key=lambda line: line["until"])
