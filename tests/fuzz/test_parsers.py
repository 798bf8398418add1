"""Every parser of bytes from outside reads them or refuses them in its own words, whatever they are.

Small here (hypothesis, bytes of real files changed at random places); test_atheris.py looks for new ways through the code.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests import sizes
from tests.fuzz.targets import TARGETS, Target

INTERESTING = [b"", b"\x00", b"\xff" * 4, b"\x7f\xff\xff\xff", b"<", b"'", b"\r\n", b"\xed\xa0\x80", b"9" * 400, b"../"]


@some.composite
def changed(draw: some.DrawFn, target: Target) -> bytes:
    """A seed with some spans replaced, repeated or left out, perhaps cut short; or anything at all."""
    data = bytearray(draw(some.sampled_from([*target.seeds, b""])))
    for _ in range(draw(some.integers(0, 5))):
        start = draw(some.integers(0, len(data)))
        stop = min(start + draw(some.integers(0, 8)), len(data))
        put = draw(some.sampled_from(INTERESTING) | some.binary(max_size=8))
        data[start:stop] = put * draw(some.sampled_from([1, 1, 1, 2, 200]))
    return bytes(data[: draw(some.integers(0, len(data)))] if draw(some.booleans()) else data)


# werkzeug leaves the spooled file of a broken upload to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", TARGETS)
def test_bytes_are_read_or_refused(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=sizes.size("fuzz_examples"), suppress_health_check=list(HealthCheck))
    @given(changed(target))
    def read_or_refuse(data: bytes) -> None:
        target.try_one(data)

    read_or_refuse()


@pytest.mark.parametrize("name", TARGETS)
def test_the_first_seed_is_read_so_that_changes_of_it_reach_the_parser(name: str) -> None:
    TARGETS[name].parse(TARGETS[name].seeds[0])
