"""What can be wrong with a form or a filled form, in words for people and a kind for programs.

Nothing here knows HTTP: the server maps `kind` to a number. The kinds:

| kind | meaning |
|---|---|
| unparseable | not XML that we read |
| missing | something required is absent; details["parameter"] names it |
| unexpected | a value that is not allowed; details["parameter"] and details["value"] |
| too_long | a text over its limit; details["parameter"], details["limit"] |
| wrong_type | a text that is not of the type asked for; details["parameter"], details["value"] |
| xlsform | a spreadsheet that cannot be converted; details: error, warnings, sheet, row |
| entity | the form's entity declarations are not valid |
| no_meta | the form has no meta group |
| type_conflict | a field changed its type between versions |
"""

from typing import Any

KINDS = frozenset(
    ["unparseable", "missing", "unexpected", "too_long", "wrong_type", "xlsform", "entity", "no_meta", "type_conflict"]
)


class FormError(Exception):
    """A form or a filled form that cannot be used. `message` is one English sentence: what, and where."""

    default_kind = "unexpected"

    def __init__(self, message: str, kind: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or self.default_kind
        assert self.kind in KINDS, self.kind
        self.details: dict[str, Any] = details


class XmlRefused(FormError):
    """Bytes that are not XML, or XML that we do not read: a DOCTYPE, too large, too deep."""

    default_kind = "unparseable"


class XLSFormInvalid(FormError):
    """A spreadsheet that cannot become a form. details: error, warnings, sheet (or None), row (or None)."""

    default_kind = "xlsform"

    def __init__(
        self,
        message: str,
        warnings: list[str] | None = None,
        sheet: str | None = None,
        row: int | None = None,
    ) -> None:
        super().__init__(message, error=message, warnings=warnings or [], sheet=sheet, row=row)


class XFormInvalid(FormError):
    """A form definition that phones or this server could not use."""


class InstanceInvalid(FormError):
    """A filled form that does not say what it answers, or says it in a way that cannot be kept."""
