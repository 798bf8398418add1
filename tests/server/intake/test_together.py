"""Who waits to be written: one leads at a time, who has been written goes, and nobody waits for one who left."""

import threading

import pytest

from server.intake.together import Group, Line, Ticket, number_together

SOON = 5.0


class Phone(threading.Thread):
    """Stands in line; what it was told is whether it leads."""

    def __init__(self, line: Line) -> None:
        super().__init__(daemon=True)
        self.line, self.ticket, self.leads = line, Ticket([]), False
        before = len(line.waiting)
        self.start()
        while len(line.waiting) == before:
            pass

    def run(self) -> None:
        self.leads = self.line.join(self.ticket)


def test_who_has_been_written_does_not_wait_for_the_next_ones_turn() -> None:
    """Phones came back with their next record only after a turn that they had no part in, which may take seconds."""
    line = Line()
    first, second, third = Phone(line), Phone(line), Phone(line)
    first.join(SOON)
    assert first.leads and second.is_alive() and third.is_alive()
    line.most_now = 2
    group = Group(line)
    group.tell(group.choose())
    line.hand_on(first.ticket)
    second.join(SOON)
    third.join(SOON)
    assert (second.is_alive(), second.leads, second.ticket.done) == (False, False, True)
    assert (third.is_alive(), third.leads, third.ticket.done) == (False, True, False), (
        "its turn to write is its own to wait for"
    )
    assert list(line.waiting) == [third.ticket]


def test_who_comes_when_nobody_waits_leads() -> None:
    line = Line()
    for _ in range(2):
        ticket = Ticket([])
        with line.stand_in(ticket) as leads:
            assert leads and line.is_led
            group = Group(line)
            group.tell(group.choose())
        assert ticket.done and not line.is_led


def test_who_leads_and_is_struck_by_a_fault_leaves_the_line_to_the_next_one() -> None:
    line = Line()
    with pytest.raises(MemoryError), line.stand_in(Ticket([])):
        second = Phone(line)
        raise MemoryError
    second.join(SOON)
    assert second.leads and list(line.waiting) == [second.ticket]


@pytest.mark.parametrize(("number", "seconds", "next_time"), [(1, 0.1, 2), (10, 5.0, 1), (2, 0.0, 64), (8, 0.02, 64)])
def test_how_many_go_together_is_what_takes_a_quarter_of_a_second(number: int, seconds: float, next_time: int) -> None:
    assert number_together(number, seconds) == next_time
