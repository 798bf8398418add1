"""What can go wrong with versions of follow-up rules. Their numbers are none of Central's."""

from server.errors.problem import Problem


class RuleReadsOtherwise(Problem):
    code = 409.32
    template = "This version reads otherwise now. Read it again before you sign."


class NotSimulated(Problem):
    code = 409.33
    template = "Simulate this very draft first, not longer than a day ago: what it changes is looked at before it is published."


class NotPreviewed(Problem):
    code = 409.34
    template = "Look first at what would move, not longer than a day ago; then confirm it."


class ConsentNotAsked(Problem):
    code = 409.35
    template = "This rule cannot be switched on: it needs a consent that no form asks for yet."
