"""The tables. Each model says whether it is *kept* (what people sent or did) or *derived* (can be worked out again)."""

from server.models.actors import Actor, AppUser, Assignment, FailedSignIn, OneTimeToken, Session, User, VillageScope
from server.models.audits import Audit
from server.models.base import Base, UtcDateTime, table_of
from server.models.blobs import Blob
from server.models.care import (
    HEALTH_FORMS,
    CareEvent,
    ContraceptionEpisode,
    Household,
    Pregnancy,
    Seal,
    Tombstone,
    Woman,
)
from server.models.entities import Dataset, DatasetProperty, Entity, EntityBacklog, EntityVersion
from server.models.followups import FollowUp, Notification, NotificationWish
from server.models.forms import Form, FormAttachment, FormVersion
from server.models.places import BoundarySet, SubmissionGeometry, Village, VillageBoundary
from server.models.projects import Project
from server.models.submissions import (
    DeriveProblem,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionVersion,
)
from server.models.timetable import TimetableLease, TimetableRun

__all__ = [
    "HEALTH_FORMS",
    "Actor",
    "AppUser",
    "Assignment",
    "Audit",
    "Base",
    "Blob",
    "BoundarySet",
    "CareEvent",
    "ContraceptionEpisode",
    "Dataset",
    "DatasetProperty",
    "DeriveProblem",
    "Entity",
    "EntityBacklog",
    "EntityVersion",
    "FailedSignIn",
    "FollowUp",
    "Form",
    "FormAttachment",
    "FormVersion",
    "Household",
    "Notification",
    "NotificationWish",
    "OneTimeToken",
    "Pregnancy",
    "Project",
    "Seal",
    "Session",
    "Submission",
    "SubmissionAttachment",
    "SubmissionComment",
    "SubmissionGeometry",
    "SubmissionVersion",
    "TimetableLease",
    "TimetableRun",
    "Tombstone",
    "User",
    "UtcDateTime",
    "Village",
    "VillageBoundary",
    "VillageScope",
    "Woman",
    "table_of",
]
