"""Rows of the schedules for care and for the office (domain.md 2.3 to 2.6) that are no rule of this product, and why."""

from typing import Final

from server.followups.ruleset import Words

NO_RULE: Final = {
    "PP-METHOD": Words(
        "产后什么时候可以用哪种方法，是 F6 里的一段话，没有日子要等。",
        "When after a birth which method may begin is a text in form F6: there is no day to wait for.",
    ),
    "IFA": Words(
        "铁剂和叶酸由医生开，没有我们的日程；领叶酸的日子见 FA-REFILL。",
        "Iron and folic acid in pregnancy are a clinician's order, with no schedule of ours; what was given is FA-REFILL.",
    ),
}
