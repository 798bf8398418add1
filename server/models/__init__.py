"""The tables. Each model says whether it is *kept* (what people sent or did) or *derived* (can be worked out again)."""

from server.models.actors import Actor, AppUser, Assignment, FailedSignIn, OneTimeToken, Session, User, VillageScope
from server.models.audits import Audit, AuditLink, Reading
from server.models.base import Base, UtcDateTime, table_of
from server.models.blobs import Blob
from server.models.calendars import TownCalendar
from server.models.cards import CardTry, CardVisit, ServiceCard
from server.models.care import (
    ABOUT_WOMEN,
    BACK_CHECK,
    BENEFIT,
    BENEFIT_CASES,
    HEALTH_FORMS,
    HER_FILES,
    SET_ASIDE,
    TRAINING,
    WORKERS,
    CareEvent,
    ContraceptionEpisode,
    Household,
    NamedWoman,
    Pregnancy,
    Seal,
    Tombstone,
    Woman,
)
from server.models.channels import CalendarAddress, CriticalWatch, NotificationChannel
from server.models.consents import PURPOSES, Consent, ConsentText, Withdrawal
from server.models.entities import Dataset, DatasetProperty, Entity, EntityBacklog, EntityVersion
from server.models.feedback import FEEDBACK, Feedback, FeedbackChannel, FeedbackPaper, FeedbackReceipt
from server.models.feeds import Change, Webhook, WebhookDelivery
from server.models.follow_up_acts import FollowUpAct
from server.models.followups import FollowUp, FollowUpTally, Notification, NotificationWish, ScheduleChoice
from server.models.forms import Form, FormAttachment, FormVersion
from server.models.made_exports import MadeExport
from server.models.map_bases import MapBase
from server.models.meeting import MonthlyPack, TownTable, TownTableVersion
from server.models.moving import Move, MovedActor
from server.models.office import OfficeAct
from server.models.places import (
    BoundarySet,
    PointShift,
    PointShiftItem,
    SubmissionGeometry,
    Village,
    VillageAlias,
    VillageBoundary,
    VillageMerge,
    VillageMergePart,
    VillageMergeRight,
)
from server.models.projects import Project
from server.models.quality import ABOUT_QUALITY, QualityFlag, QualityMeasure, QualityPicture, QualityWait
from server.models.releases import Release, ReleaseLook
from server.models.reviewing import ReturnedRecord, ReviewAssignment, ReviewBatch, ReviewBatchItem, SavedView
from server.models.rights import Minimised, Restriction, RetentionRun, RightsRequest
from server.models.rules import RuleMigration, RuleRun, RuleSignature, RuleSwitch, RuleVersion
from server.models.same_person import PersonKey, PersonMerge, PersonPair, PersonWait, PersonWord
from server.models.sealed import SealedBytes, SealedText, SealingKey
from server.models.sign_in import AppPassword, Authenticator, OpenIdName, Passkey, RecoveryCode, SignInStep
from server.models.submissions import (
    AnswerKey,
    AnswerWord,
    DeriveProblem,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionVersion,
)
from server.models.supplies import SupplyHandout, SupplyLot, SupplyMovement
from server.models.temporary import BreakGlass, HandOver, HandOverVillage
from server.models.timetable import TimetableLease, TimetablePast, TimetableRun, TimetableWish
from server.models.transfers import OpenedPackage, TransferPackage
from server.models.waivers import Waiver

__all__ = [
    "ABOUT_QUALITY",
    "ABOUT_WOMEN",
    "BACK_CHECK",
    "BENEFIT",
    "BENEFIT_CASES",
    "FEEDBACK",
    "HEALTH_FORMS",
    "HER_FILES",
    "PURPOSES",
    "SET_ASIDE",
    "TRAINING",
    "WORKERS",
    "Actor",
    "AnswerKey",
    "AnswerWord",
    "AppPassword",
    "AppUser",
    "Assignment",
    "Audit",
    "AuditLink",
    "Authenticator",
    "Base",
    "Blob",
    "BoundarySet",
    "BreakGlass",
    "CalendarAddress",
    "CardTry",
    "CardVisit",
    "CareEvent",
    "Change",
    "Consent",
    "ConsentText",
    "ContraceptionEpisode",
    "CriticalWatch",
    "Dataset",
    "DatasetProperty",
    "DeriveProblem",
    "Entity",
    "EntityBacklog",
    "EntityVersion",
    "FailedSignIn",
    "Feedback",
    "FeedbackChannel",
    "FeedbackPaper",
    "FeedbackReceipt",
    "FollowUp",
    "FollowUpAct",
    "FollowUpTally",
    "Form",
    "FormAttachment",
    "FormVersion",
    "HandOver",
    "HandOverVillage",
    "Household",
    "MadeExport",
    "MapBase",
    "Minimised",
    "MonthlyPack",
    "Move",
    "MovedActor",
    "NamedWoman",
    "Notification",
    "NotificationChannel",
    "NotificationWish",
    "OfficeAct",
    "OneTimeToken",
    "OpenIdName",
    "OpenedPackage",
    "Passkey",
    "PersonKey",
    "PersonMerge",
    "PersonPair",
    "PersonWait",
    "PersonWord",
    "PointShift",
    "PointShiftItem",
    "Pregnancy",
    "Project",
    "QualityFlag",
    "QualityMeasure",
    "QualityPicture",
    "QualityWait",
    "Reading",
    "RecoveryCode",
    "Release",
    "ReleaseLook",
    "Restriction",
    "RetentionRun",
    "ReturnedRecord",
    "ReviewAssignment",
    "ReviewBatch",
    "ReviewBatchItem",
    "RightsRequest",
    "RuleMigration",
    "RuleRun",
    "RuleSignature",
    "RuleSwitch",
    "RuleVersion",
    "SavedView",
    "ScheduleChoice",
    "Seal",
    "SealedBytes",
    "SealedText",
    "SealingKey",
    "ServiceCard",
    "Session",
    "SignInStep",
    "Submission",
    "SubmissionAttachment",
    "SubmissionComment",
    "SubmissionGeometry",
    "SubmissionVersion",
    "SupplyHandout",
    "SupplyLot",
    "SupplyMovement",
    "TimetableLease",
    "TimetablePast",
    "TimetableRun",
    "TimetableWish",
    "Tombstone",
    "TownCalendar",
    "TownTable",
    "TownTableVersion",
    "TransferPackage",
    "User",
    "UtcDateTime",
    "Village",
    "VillageAlias",
    "VillageBoundary",
    "VillageMerge",
    "VillageMergePart",
    "VillageMergeRight",
    "VillageScope",
    "Waiver",
    "Webhook",
    "WebhookDelivery",
    "Withdrawal",
    "Woman",
    "table_of",
]
