"""How villages are called in lists: by the village in force, and one that was merged by both names."""

from typing import NamedTuple

from server.access.allow import Scope
from server.places.successors import Named, list_named
from server.web import session
from server.web.pages.texts import _


class VillageNames(NamedTuple):
    """By code. `to_choose` are the villages in reach, and what is reached of one only as a village that was merged into it;
    `to_show` are these and every merged village: what was told under an old code still names it.
    """

    to_choose: dict[str, str]
    to_show: dict[str, str]


def names_in(scope: Scope) -> VillageNames:
    every = list_named(session.db(), scope.project_id)
    reached = [one for one in every if scope.everything or one.id in scope.village_ids]
    whole = {one.code: one.name for one in reached if one.into is None}
    left = {one.code: both_names(one) for one in reached if one.into is not None and one.into not in whole}
    choose = whole | ({} if scope.everything else left)
    return VillageNames(choose, {one.code: both_names(one) for one in every if one.into is not None} | choose)


def both_names(one: Named) -> str:
    if one.into_name == one.name:
        return one.name
    return str(_("%(name)s (formerly %(old)s)", name=one.into_name, old=one.name))
