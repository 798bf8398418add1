"""What can go wrong, by Central's numbers. A Problem knows no HTTP and no language.

`code` is Central's error number (pyODK compares `str(code)`); its integer part is the HTTP status.
`template` is an English sentence with {placeholders} from `details`; doors translate and fill it.
Source of the numbers: odk-contract.md section 10.
"""

from typing import Any, ClassVar


class Problem(Exception):
    """Something the caller can be told. `details` go out as JSON beside the sentence; they never hold answers of forms."""

    code: ClassVar[float] = 500.1
    template: ClassVar[str] = "Something went wrong on the server. It has been written down; nothing was stored."

    def __init__(self, template: str | None = None, **details: Any) -> None:
        self.sentence = template or self.template
        self.details = details
        super().__init__(self.message)

    @property
    def status(self) -> int:
        return int(self.code)

    @property
    def message(self) -> str:
        """The sentence in English, filled."""
        return fill(self.sentence, self.details)


def fill(sentence: str, details: dict[str, Any]) -> str:
    """Puts details into a sentence; a placeholder nobody filled stays as it is rather than raising."""
    return sentence.format_map(_Known(details))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


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


class RedLine(Problem):
    """What no form or rule may ask. Details also: `findings`, each with path, term, reason in both languages and place."""

    code = 400.8
    template = "{value} ({where}) cannot be used: {reason}"


class RosterUnusable(Problem):
    code = 400.8
    template = "Line {line} of the file: {reason}"


class WrongType(Problem):
    code = 400.11
    template = "{field} must be of type {expected}."


class TooLong(Problem):
    code = 400.13
    template = "{field} is too long; at most {limit} characters fit."


class ReferencedKeyMissing(Problem):
    code = 400.14
    template = "{field} names something that does not exist: {value}"


class XlsFormInvalid(Problem):
    code = 400.15
    template = "This file cannot be used as a form yet: {error}"


class FormWarnings(Problem):
    code = 400.16
    template = "The form can be used, but has warnings. Publish it anyway with ignoreWarnings=true."


class FieldTypeConflict(Problem):
    code = 400.17
    template = "The field {path} had the type {old} in an earlier version and cannot become {new}."


class FilterUnparseable(Problem):
    code = 400.18
    template = "The OData filter could not be read: {reason}"


class DeprecatedIdExpected(Problem):
    code = 400.19
    template = "An edited submission must name the one it replaces in meta/deprecatedID ({expected})."


class PasswordTooShort(Problem):
    code = 400.21
    template = "The password is too short; it needs at least 10 characters."


class OutOfRange(Problem):
    code = 400.22
    template = "{field} is outside the range that can be used."


class SelectUnknown(Problem):
    code = 400.23
    template = "$select names a property that does not exist: {property}"


class SelectUnsupported(Problem):
    code = 400.24
    template = "$select cannot name a property inside a repeat: {property}"


class EntityFormInvalid(Problem):
    code = 400.25
    template = "The form declares entities in a way that cannot be used: {reason}"


class DatasetLinkNotAllowed(Problem):
    code = 400.26
    template = "This file cannot be linked to an entity list."


class NoMetaGroup(Problem):
    code = 400.27
    template = "The form has no meta group, so its submissions could not be told apart."


class EntityInvalid(Problem):
    code = 400.28
    template = "The entity cannot be used: {reason}"


class NoConflict(Problem):
    code = 400.32
    template = "The entity {uuid} has no conflict that could be resolved."


class SkiptokenGone(Problem):
    code = 400.34
    template = "The row that this page starts from no longer exists."


class SkiptokenInvalid(Problem):
    code = 400.35
    template = "The $skiptoken could not be read."


class BodyTooLarge(Problem):
    code = 400.36
    template = "The content is larger than {limit} bytes."


class PasswordTooLong(Problem):
    code = 400.38
    template = "The password is too long; at most 72 bytes fit."


class MultipartBroken(Problem):
    code = 400.39
    template = "The upload could not be taken apart: {reason}"


class BadQuerySet(Problem):
    code = 400.41
    template = "Only one {field} can be asked for at a time."


class PasswordWeak(Problem):
    code = 400.44
    template = "Many people use this password, so it is easily guessed. Choose another."


class MultiEntityFailed(Problem):
    code = 400.43
    template = "One of the entities of this record could not be done, so none was: {reason}"


class HostUnknown(Problem):
    code = 400.45
    template = "This server does not know itself by that address. Set FANGSHI_PUBLIC_URL to the address people use."


class Unauthenticated(Problem):
    code = 401.2
    template = "You are not signed in, or the e-mail address or password is not right."


class HttpsOnly(Problem):
    code = 401.3
    template = "A password in the request is taken over HTTPS only."


class BasicRefused(Problem):
    code = 401.5
    template = (
        "This account has a second factor, so its password alone opens nothing. "
        "Make a password for programs on the page /me/security and use that."
    )


class SecondFactorNeeded(Problem):
    """Ours: Central has no second factor."""

    code = 401.6
    template = "This account has a second factor. Send the app's code as code, or use a password for programs from /me/security."


class SecondFactorUnset(Problem):
    """Ours: Central has no second factor."""

    code = 401.7
    template = (
        "Your role asks for a second factor, and you have none yet. Sign in by browser and set one up on /me/security."
    )


class Forbidden(Problem):
    code = 403.1
    template = "Your account has no right to do this. Ask your town office."


class EntityActionForbidden(Problem):
    code = 403.2
    template = "The form does not declare that it may {action} entities."


class NotFound(Problem):
    code = 404.1
    template = "There is nothing here, or you may not see it."


class NoApiVersion(Problem):
    code = 404.2
    template = "The address has no API version; it starts with /v1."


class BadApiVersion(Problem):
    code = 404.3
    template = "Only version 1 of the API exists; the address starts with /v1."


class DraftGone(Problem):
    code = 404.4
    template = "This draft no longer exists; ask for a new test code."


class DeprecatedIdUnknown(Problem):
    code = 404.5
    template = (
        "The record that this one corrects has not arrived here yet. Keep it on the phone and send the first one first."
    )


class FormVersionNotFound(Problem):
    code = 404.6
    template = "The form {form} is here, but not its version {version}. Keep the record and ask your town office."


class DatasetUnknown(Problem):
    code = 404.7
    template = "The entity list {dataset} is not in this project."


class EntityUnknown(Problem):
    code = 404.8
    template = "The entity {uuid} is not in the list {dataset}."


class EntityVersionUnknown(Problem):
    code = 404.9
    template = "Version {version} of the entity {uuid} is not here."


class EntityWasDeleted(Problem):
    code = 404.11
    template = "The entity {uuid} was deleted, so it cannot be changed."


class MethodNotAllowed(Problem):
    code = 405.1
    template = "This address does not take {method}."


class NotAcceptable(Problem):
    code = 406.1
    template = "The answer cannot be given in the format asked for."


class InstanceConflict(Problem):
    code = 409.1
    template = "A record with the same number but other content is already here. Both are safe; ring your town office."


class FormNotOpen(Problem):
    code = 409.2
    template = "This form is closed; the server no longer takes it. Your record is still on the phone: don't delete it."


class UniqueViolation(Problem):
    code = 409.3
    template = "This exists already: {fields} = {values}"


class VersionAlreadyPublished(Problem):
    code = 409.6
    template = "The form {form} has published a version named {version} before. Give the new one another version."


class NothingPublished(Problem):
    code = 409.7
    template = "The form has no published version, so its draft cannot be taken away."


class InstanceIdTaken(Problem):
    code = 409.8
    template = "The corrected record has the number of another record."


class EditOfOutdatedVersion(Problem):
    code = 409.9
    template = "The office has corrected this record meanwhile, so your change was not put over it. Keep it and ring the office."


class NoWebForm(Problem):
    code = 409.11
    template = "This form cannot be filled in the browser."


class EntityVersionConflict(Problem):
    code = 409.15
    template = "The entity was changed meanwhile: version {current} is here, you sent {provided}."


class DatasetNameCase(Problem):
    code = 409.16
    template = "An entity list of that name exists in other capitals: {current}"


class PropertyNameCase(Problem):
    code = 409.17
    template = "A property of that name exists in other capitals: {current}"


class SubmissionDeleted(Problem):
    code = 409.18
    template = "This record was deleted in the office, so it is not taken again."


class EntityDeleted(Problem):
    code = 409.19
    template = "An entity with this id was deleted."


class RestoreBlocked(Problem):
    code = 409.23
    template = "It cannot be brought back, since another of the same name exists."


class TooManyTries(Problem):
    code = 429.1
    template = "Too many failed sign-ins. Try again in {seconds} seconds."


class NotImplemented501(Problem):
    code = 501.1
    template = "This is not built here: {feature}"


class FormsListMismatch(Problem):
    code = 501.2
    template = "The list of forms must name every form of the project exactly once."


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


class Unavailable(Problem):
    """The database or disk cannot take it now; doors send Retry-After."""

    code = 503.1
    template = "The server can't save right now. Nothing was lost: keep the record and send it again in a few minutes."
    retry_after_seconds: ClassVar[int] = 30
