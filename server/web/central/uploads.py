"""A form as it is uploaded: XForm XML, or a workbook known by Excel's two content types."""

from flask import request

from server.publishing.definition import Definition, read_definition
from server.web.parameters import decoded_header, is_true
from server.web.session import blobs

MOST_FORM_BYTES = 10_000_000


def definition_of_request(body: bytes) -> Definition:
    """The uploaded form; a workbook is known by Excel's two content types and converted apart. Raises FormError."""
    fallback = decoded_header("X-XlsForm-FormId-Fallback")
    return read_definition(body, request.mimetype, fallback, blobs(), validate=not is_true("ignoreWarnings"))
