"""Versions that a later one took over from, on the days that matter, written out: a task that one of them began keeps it."""

from server.followups.facts import Facts
from tests.server.followups.table import COIL, COIL_NEW_YEAR
from tests.server.followups.table_of_transfers import LEAVES_FESTIVAL, LEAVES_LEAP, LEAVES_NEW_YEAR

OF_VERSIONS: list[tuple[str, int, Facts, str, str, str]] = [
    # rule, version, facts, today, state, severity
    ("IUD-1", 1, COIL, "2028-02-14", "scheduled", "info"),
    ("IUD-1", 1, COIL, "2028-02-15", "open", "info"),
    ("IUD-1", 1, COIL, "2028-02-22", "due", "info"),
    ("IUD-1", 1, COIL, "2028-03-07", "due", "info"),
    ("IUD-1", 1, COIL, "2028-03-08", "overdue", "info"),
    ("IUD-1", 1, COIL, "2028-04-24", "overdue", "info"),
    ("IUD-1", 1, COIL, "2028-04-25", "expired", "info"),
    ("IUD-1", 1, COIL_NEW_YEAR, "2027-01-10", "open", "info"),
    ("IUD-1", 1, COIL_NEW_YEAR, "2027-01-17", "due", "info"),
    ("IUD-1", 1, COIL_NEW_YEAR, "2027-02-01", "overdue", "info"),
    # nine days, as the fewest that seven working days can be
    ("MIG-TR", 1, LEAVES_LEAP, "2028-02-28", "open", "info"),
    ("MIG-TR", 1, LEAVES_LEAP, "2028-03-01", "open", "info"),
    ("MIG-TR", 1, LEAVES_LEAP, "2028-03-02", "due", "info"),
    ("MIG-TR", 1, LEAVES_LEAP, "2028-03-08", "due", "info"),
    ("MIG-TR", 1, LEAVES_LEAP, "2028-03-09", "overdue", "red"),
    ("MIG-TR", 1, LEAVES_NEW_YEAR, "2027-01-01", "open", "info"),
    ("MIG-TR", 1, LEAVES_NEW_YEAR, "2027-01-02", "due", "info"),
    ("MIG-TR", 1, LEAVES_NEW_YEAR, "2027-01-08", "due", "info"),
    ("MIG-TR", 1, LEAVES_NEW_YEAR, "2027-01-09", "overdue", "red"),
    ("MIG-TR", 1, LEAVES_FESTIVAL, "2027-02-08", "due", "info"),
    ("MIG-TR", 1, LEAVES_FESTIVAL, "2027-02-14", "due", "info"),
    ("MIG-TR", 1, LEAVES_FESTIVAL, "2027-02-15", "overdue", "red"),
]
