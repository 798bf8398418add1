"""A town's own key for web push."""

from server.followups.push_keys import make_key, public_part
from tests.server.followups.a_browser import as_bytes


def test_a_key_is_new_each_time_and_its_public_part_is_a_point_of_p_256() -> None:
    first, second = make_key(), make_key()
    point = as_bytes(public_part(first))
    assert (len(point), point[0]) == (65, 4), "uncompressed, as browsers take it"
    assert public_part(first) == public_part(first) != public_part(second)
