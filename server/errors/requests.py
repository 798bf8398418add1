"""What is wrong with a request whatever it is about: its body, its words, its address; and what the server cannot do now."""

from typing import ClassVar

from server.errors.problem import Problem


class Unparseable(Problem):
    code = 400.1
    template = "The content could not be read: {reason}"


class MissingParameter(Problem):
    code = 400.2
    template = "Something required is missing: {field}"


class MissingParameters(Problem):
    code = 400.3
    template = "Something required is missing: {expected}"


class UnexpectedAttribute(Problem):
    code = 400.4
    template = "This attribute is not known here: {field}"


class BadHeader(Problem):
    code = 400.6
    template = "The header {field} has a value that cannot be used: {value}"


class MissingMultipartField(Problem):
    code = 400.7
    template = "The upload has no part named {field}."


class UnexpectedValue(Problem):
    code = 400.8
    template = "The value {value} cannot be used for {field}: {reason}"


class RosterUnusable(Problem):
    code = 400.8
    template = "Line {line} of the file: {reason}"


class WrongType(Problem):
    code = 400.11
    template = "{field} must be of type {expected}."


class TooLong(Problem):
    code = 400.13
    template = "{field} is too long; at most {limit} characters fit."


class BodyTooLarge(Problem):
    code = 400.36
    template = "The content is larger than {limit} bytes."


class EncodingUnknown(Problem):
    code = 400.37
    template = "The content is packed in a way that is not read here: {encoding}"


class MultipartBroken(Problem):
    code = 400.39
    template = "The upload could not be taken apart: {reason}"


class BadQuerySet(Problem):
    code = 400.41
    template = "Only one {field} can be asked for at a time."


class HostUnknown(Problem):
    code = 400.45
    template = "This server does not know itself by that address. Set FANGSHI_PUBLIC_URL to the address people use."


class NotFound(Problem):
    code = 404.1
    template = "There is nothing here, or you may not see it."


class NoApiVersion(Problem):
    code = 404.2
    template = "The address has no API version; it starts with /v1."


class BadApiVersion(Problem):
    code = 404.3
    template = "Only version 1 of the API exists; the address starts with /v1."


class MethodNotAllowed(Problem):
    code = 405.1
    template = "This address does not take {method}."


class NotAcceptable(Problem):
    code = 406.1
    template = "The answer cannot be given in the format asked for."


class UniqueViolation(Problem):
    code = 409.3
    template = "This exists already: {fields} = {values}"


class RestoreBlocked(Problem):
    code = 409.23
    template = "It cannot be brought back, since another of the same name exists."


class NotImplemented501(Problem):
    code = 501.1
    template = "This is not built here: {feature}"


class LeftOut(NotImplemented501):
    """An address of Central's that is not here on purpose."""

    template = "This server leaves that out: {reason}"


class Unavailable(Problem):
    """The database or disk cannot take it now; doors send Retry-After."""

    code = 503.1
    template = "The server can't save right now. Nothing was lost: keep the record and send it again in a few minutes."
    retry_after_seconds: ClassVar[int] = 30


class FileUnreadable(Unavailable):
    """A stored file is gone or damaged. Another try helps once somebody brought it back from a backup."""

    template = (
        "This file can't be read right now. Who runs the server finds it in the log and may bring it back; try later."
    )
    retry_after_seconds: ClassVar[int] = 3600
