"""The rules of transfers on the days that matter, written out, beside those of table.py. The stories are told of a leap day, a
year's end and Spring Festival: their names end so."""

from server.followups.elsewhere import Transfer
from server.followups.facts import Facts
from tests.server.followups.samples import day, woman
from tests.server.followups.table_after_birth import ON

TOLD: dict[str, dict[str, str]] = {
    # what F8 answers in a story
    "LEAVES": {"direction": "out", "she_asks": "yes", "consent_transfer": "yes"},
    "LEAVES_FOR_CHECKS": {"direction": "out", "she_asks": "yes", "consent_transfer": "yes", "pregnant_now": "yes"},
    "EXPECTED": {"direction": "in", "step": "receipt", "receiver_ack": "received"},
    "CAME": {"direction": "in", "she_asks": "yes", "pregnant_now": "no", "services_in": "none"},
    "CAME_FOR_CHECKS": {"direction": "in", "she_asks": "yes", "pregnant_now": "yes"},
}
STATUSES = {"LEAVES": "asked", "EXPECTED": "received", "CAME": "started"}


def leaves(on: str, needs_checks: str = "") -> Facts:
    return woman(transfers=(Transfer("t1", "out", agreed=(day(on), "told"), needs_checks=needs_checks),))


def expected(on: str) -> Facts:
    return woman(transfers=(Transfer("t1", "in", received=(day(on), "told")),))


def came(on: str, needs_checks: str) -> Facts:
    return woman(transfers=(Transfer("t1", "in", started=(day(on), "told"), needs_checks=needs_checks),))


LEAVES_LEAP, LEAVES_NEW_YEAR, LEAVES_FESTIVAL = (leaves(on) for on in ON.values())
LEAVES_FOR_CHECKS_LEAP, LEAVES_FOR_CHECKS_NEW_YEAR, LEAVES_FOR_CHECKS_FESTIVAL = (
    leaves(on, "yes") for on in ON.values()
)
EXPECTED_LEAP, EXPECTED_NEW_YEAR, EXPECTED_FESTIVAL = (expected(on) for on in ON.values())
CAME_LEAP, CAME_NEW_YEAR, CAME_FESTIVAL = (came(on, "no") for on in ON.values())
CAME_FOR_CHECKS_LEAP, CAME_FOR_CHECKS_NEW_YEAR, CAME_FOR_CHECKS_FESTIVAL = (came(on, "yes") for on in ON.values())

OF_TRANSFERS: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("MIG-TR", LEAVES_LEAP, "2028-02-28", "open", "info"),
    ("MIG-TR", LEAVES_LEAP, "2028-03-01", "open", "info"),
    ("MIG-TR", LEAVES_LEAP, "2028-03-02", "due", "info"),
    ("MIG-TR", LEAVES_LEAP, "2028-03-08", "due", "info"),
    ("MIG-TR", LEAVES_LEAP, "2028-03-09", "overdue", "red"),
    ("MIG-TR", LEAVES_LEAP, "2028-04-30", "overdue", "red"),
    ("MIG-TR", LEAVES_NEW_YEAR, "2027-01-03", "open", "info"),
    ("MIG-TR", LEAVES_NEW_YEAR, "2027-01-04", "due", "info"),
    ("MIG-TR", LEAVES_NEW_YEAR, "2027-01-08", "due", "info"),
    ("MIG-TR", LEAVES_NEW_YEAR, "2027-01-09", "overdue", "red"),
    ("MIG-TR", LEAVES_FESTIVAL, "2027-02-09", "open", "info"),
    ("MIG-TR", LEAVES_FESTIVAL, "2027-02-10", "due", "info"),
    ("MIG-TR", LEAVES_FESTIVAL, "2027-02-16", "due", "info"),
    ("MIG-TR", LEAVES_FESTIVAL, "2027-02-17", "overdue", "red"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_LEAP, "2028-02-28", "open", "info"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_LEAP, "2028-03-02", "due", "info"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_LEAP, "2028-03-08", "due", "info"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_LEAP, "2028-03-09", "overdue", "red"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_LEAP, "2028-03-10", "overdue", "critical"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_NEW_YEAR, "2027-01-08", "due", "info"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_NEW_YEAR, "2027-01-10", "overdue", "critical"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_FESTIVAL, "2027-02-14", "due", "info"),
    ("MIG-TR-P", LEAVES_FOR_CHECKS_FESTIVAL, "2027-02-16", "overdue", "critical"),
    ("MIG-TR2", EXPECTED_LEAP, "2028-02-28", "open", "info"),
    ("MIG-TR2", EXPECTED_LEAP, "2028-03-06", "due", "info"),
    ("MIG-TR2", EXPECTED_LEAP, "2028-03-13", "due", "info"),
    ("MIG-TR2", EXPECTED_LEAP, "2028-03-14", "overdue", "red"),
    ("MIG-TR2", EXPECTED_NEW_YEAR, "2027-01-06", "due", "info"),
    ("MIG-TR2", EXPECTED_NEW_YEAR, "2027-01-14", "overdue", "red"),
    ("MIG-TR2", EXPECTED_FESTIVAL, "2027-02-12", "due", "info"),
    ("MIG-TR2", EXPECTED_FESTIVAL, "2027-02-20", "overdue", "red"),
    ("MIG-ARR", CAME_LEAP, "2028-02-28", "open", "info"),
    ("MIG-ARR", CAME_LEAP, "2028-03-05", "open", "info"),
    ("MIG-ARR", CAME_LEAP, "2028-03-06", "due", "info"),
    ("MIG-ARR", CAME_LEAP, "2028-03-13", "due", "info"),
    ("MIG-ARR", CAME_LEAP, "2028-03-14", "overdue", "amber"),
    ("MIG-ARR", CAME_NEW_YEAR, "2027-01-14", "overdue", "amber"),
    ("MIG-ARR", CAME_FESTIVAL, "2027-02-20", "overdue", "amber"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_LEAP, "2028-02-28", "open", "info"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_LEAP, "2028-02-29", "due", "info"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_LEAP, "2028-03-01", "due", "info"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_LEAP, "2028-03-02", "overdue", "red"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_NEW_YEAR, "2027-01-01", "due", "info"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_NEW_YEAR, "2027-01-02", "overdue", "red"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_FESTIVAL, "2027-02-07", "due", "info"),
    ("MIG-ARR-P", CAME_FOR_CHECKS_FESTIVAL, "2027-02-08", "overdue", "red"),
]

STORIES_OF_TRANSFERS = {
    name: facts for name, facts in vars().copy().items() if name.isupper() and isinstance(facts, Facts)
}


def told_in(story: str) -> tuple[str, dict[str, str], str]:
    """The day, the answers and the status in the list of a story."""
    what, on = next((what, on) for what in TOLD for name, on in ON.items() if story == f"{what}_{name}")
    return on, TOLD[what], STATUSES[what.removesuffix("_FOR_CHECKS")]
