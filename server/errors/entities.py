"""Entity lists and what forms do to them."""

from server.errors.problem import Problem


class DatasetLinkNotAllowed(Problem):
    code = 400.26
    template = "This file cannot be linked to an entity list."


class EntityInvalid(Problem):
    code = 400.28
    template = "The entity cannot be used: {reason}"


class PendingSubmissions(Problem):
    code = 400.29
    template = (
        "{count} records wait for approval before they make entities. "
        "Say with ?convert=true that they do so now, or with ?convert=false that they do not."
    )


class UnexpectedAttributes(Problem):
    code = 400.31
    template = "Expected were: {expected}. Sent were: {actual}."


class NoConflict(Problem):
    code = 400.32
    template = "The entity {uuid} has no conflict that could be resolved."


class MultiEntityFailed(Problem):
    code = 400.43
    template = "One of the entities of this record could not be done, so none was: {reason}"


class EntityActionForbidden(Problem):
    code = 403.2
    template = "The form does not declare that it may {action} entities."


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


class EntityVersionConflict(Problem):
    code = 409.15
    template = "The entity was changed meanwhile: version {current} is here, you sent {provided}."


class DatasetNameCase(Problem):
    code = 409.16
    template = "An entity list of that name exists in other capitals: {current}"


class PropertyNameCase(Problem):
    code = 409.17
    template = "A property of that name exists in other capitals: {current}"


class EntityDeleted(Problem):
    code = 409.19
    template = "An entity with this id was deleted."


class DatasetInUse(Problem):
    code = 409.21
    template = "The entity list cannot be deleted: forms write or read it."


class PropertyInUse(Problem):
    code = 409.22
    template = "The property {propertyName} cannot be deleted: a form or a filter uses it, or entities have it filled."


class NotMerged(Problem):
    code = 409.36  # none of Central's
    template = "These two cannot be put together now: {reason}"


class NotParted(Problem):
    code = 409.37  # none of Central's
    template = "This cannot be taken back any more: {reason}"


class PackageRefused(Problem):
    code = 409.38  # none of Central's
    template = "This package cannot be taken over: {reason}"


class TransferRefused(Problem):
    code = 409.39  # none of Central's
    template = "This cannot be done with the transfer now: {reason}"
