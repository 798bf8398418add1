"""The neutral words by which a follow-up is known on a phone (domain.md 3.0): no rule, no method, no pregnancy."""

from datetime import date


def mask_name(name: str) -> str:
    """The first character and a star: 王小丽 is 王*. A name that is blank is only the star."""
    return f"{name.strip()[:1]}*"


def visit_label(code: str, name: str, due_on: date) -> str:
    """`W-0231 王* 12-03`: her code, her masked name, month and day of the target day."""
    return f"{code} {mask_name(name)} {due_on:%m-%d}"
