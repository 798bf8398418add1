"""Whether a form can be filled in a browser, by version: read when it is first asked for, and the same for ever."""

from collections import OrderedDict
from threading import Lock

from forms.browser import Obstacle, read_obstacles
from server.models import FormVersion

KEPT = 200
_known: OrderedDict[str, list[Obstacle]] = OrderedDict()
_lock = Lock()


def obstacles_of(version: FormVersion) -> list[Obstacle]:
    """What ODK Web Forms does not do of this version, those first that keep it from being filled."""
    with _lock:
        found = _known.get(version.sha256)
    if found is None:
        found = read_obstacles(bytes(version.xml))
        with _lock:
            _known[version.sha256] = found
            while len(_known) > KEPT:
                _known.popitem(last=False)
    return found


def is_for_phones_only(version: FormVersion) -> bool:
    return any(one.fails for one in obstacles_of(version))
