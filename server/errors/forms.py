"""Forms and the records that are sent by them."""

from server.errors.problem import Problem
from server.errors.requests import UnexpectedValue


class RedLine(Problem):
    """What no form or rule may ask. Details also: `findings`, each with path, term, reason in both languages and place."""

    code = 400.8
    template = "{value} ({where}) cannot be used: {reason}"


class ChoosesFurther(UnexpectedValue):
    """The project cannot become a care project (`field` kind, `value` care): `forms` are ids of forms, by comma."""

    template = (
        "A version of our own form ({forms}) chooses further women here, whose word a care project would not ask. This "
        "project stays plain; make a new care project, and choose others there in a form under another name."
    )


class XlsFormInvalid(Problem):
    code = 400.15
    template = "This file cannot be used as a form yet: {error}"


class FormWarnings(Problem):
    code = 400.16
    template = "The form can be used, but has warnings. Publish it anyway with ignoreWarnings=true."


class FieldTypeConflict(Problem):
    code = 400.17
    template = "The field {path} had the type {old} in an earlier version and cannot become {new}."


class DeprecatedIdExpected(Problem):
    code = 400.19
    template = "An edited submission must name the one it replaces in meta/deprecatedID ({expected})."


class EntityFormInvalid(Problem):
    code = 400.25
    template = "The form declares entities in a way that cannot be used: {reason}"


class NoMetaGroup(Problem):
    code = 400.27
    template = "The form has no meta group, so its submissions could not be told apart."


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


class InstanceConflict(Problem):
    code = 409.1
    template = "A record with the same number but other content is already here. Both are safe; ring your town office."


class FormNotOpen(Problem):
    code = 409.2
    template = "This form is closed; the server no longer takes it. Your record is still on the phone: don't delete it."


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


class SubmissionDeleted(Problem):
    code = 409.18
    template = "This record was deleted in the office, so it is not taken again."


class FormsListMismatch(Problem):
    code = 501.2
    template = "The list of forms must name every form of the project exactly once."


class ListChanged(Problem):
    code = 409.31  # none of Central's
    template = "Somebody else changed {name} meanwhile. Nothing of yours was stored: look at the list as it is now."
