"""Questions in OData that cannot be read or answered."""

from server.errors.problem import Problem


class FilterUnparseable(Problem):
    code = 400.18
    template = "The OData filter could not be read: {reason}"


class SelectUnknown(Problem):
    code = 400.23
    template = "$select names a property that does not exist: {property}"


class SelectUnsupported(Problem):
    code = 400.24
    template = "$select cannot name a property inside a repeat: {property}"


class SkiptokenGone(Problem):
    code = 400.34
    template = "The row that this page starts from no longer exists."


class SkiptokenInvalid(Problem):
    code = 400.35
    template = "The $skiptoken could not be read."


class ODataExpressionUnsupported(Problem):
    code = 501.4
    template = "This OData expression is not supported: {expression}"


class ODataFieldUnsupported(Problem):
    code = 501.5
    template = "The OData filter cannot use this field: {field}"


class ODataExpandUnsupported(Problem):
    code = 501.6
    template = "$expand can only be *."


class ODataSelectExpand(Problem):
    code = 501.11
    template = "$select and $expand cannot be used together."
