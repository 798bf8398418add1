from dataclasses import replace

from server.followups.due import key_of
from tests.server.followups.samples import day, injections, method, standing, woman


def test_each_part_of_a_key_makes_another_key() -> None:
    one = ("ANC2", "w1", "p1", "e1", 1)
    others = [
        ("ANC3", *one[1:]),
        (one[0], "w2", *one[2:]),
        (*one[:2], None, *one[3:]),
        (*one[:3], "e2", 1),
        (*one[:4], 2),
    ]
    assert len({key_of(*parts) for parts in (one, *others)}) == 6
    assert key_of(*one) == key_of(*one[:4]) and len(key_of(*one)) == 64


def test_parts_that_run_into_each_other_make_different_keys() -> None:
    assert key_of("R", "a", "b,c", "d") != key_of("R", "a,b", "c", "d")


def test_the_key_of_a_known_follow_up_never_changes() -> None:
    """Keys are stored: another way to make them would double every follow-up that exists."""
    assert key_of("ANC2", "w1", "p1", "e1") == "67905f485d6cb9bedb8a1567005f9809394d07c4b377a6f342ccbb4c0d9790e5"


def test_a_corrected_day_of_an_injection_moves_its_follow_up() -> None:
    (told,) = injections("2026-01-01")
    before, after = (
        standing(woman(contraception=(method("dmpa", injections=(one,)),)), "2026-04-02")["INJ-DMPA"]
        for one in (told, replace(told, on=day("2026-01-03")))
    )
    assert before.key == after.key
    assert (before.due_on, after.due_on) == (day("2026-04-02"), day("2026-04-04"))
