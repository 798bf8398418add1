"""Records in Central's JSON. Facts: odk-contract.md 6.8; `instanceId` is that of the first version, stable for life."""

from server.intake.encryption import PublicKey
from server.intake.queries import Listed, ListedFile, ListedVersion
from server.models import Actor, SubmissionComment, SubmissionVersion
from server.web.wire.central_json import Json, instant
from server.web.wire.people_json import actor


def submission(listed: Listed, extended: bool = False) -> Json:
    row = listed.submission
    body: Json = {
        "instanceId": row.instance_id,
        "submitterId": row.submitter_id,
        "deviceId": row.device_id,
        "userAgent": row.user_agent,
        "reviewState": row.review_state,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "deletedAt": instant(row.deleted_at),
        "currentVersion": version(listed.version),
    }
    if extended:
        body["submitter"] = actor(listed.submitter) if listed.submitter else None
    return body


def nameless(instance_id: str) -> Json:
    """What is answered to who sends feedback: that it came. Of it no sender, no phone and no minute is kept."""
    unknown = ("submitterId", "deviceId", "userAgent", "reviewState", "createdAt", "updatedAt", "deletedAt")
    return {"instanceId": instance_id, **dict.fromkeys(unknown), "currentVersion": None}


def version(row: SubmissionVersion) -> Json:
    return {
        "instanceId": row.instance_id,
        "instanceName": row.instance_name,
        "submitterId": row.submitter_id,
        "deviceId": row.device_id,
        "userAgent": row.user_agent,
        "createdAt": instant(row.created_at),
        "current": row.is_current,
    }


def listed_version(listed: ListedVersion, extended: bool = False) -> Json:
    body = version(listed.version)
    if extended:
        body["submitter"] = actor(listed.submitter) if listed.submitter else None
        body["formVersion"] = listed.form_version
    return body


def file(row: ListedFile) -> Json:
    return {"name": row.name, "exists": row.sha256 is not None}


def key(row: PublicKey) -> Json:
    """A key of a form that its maker encrypts for: Central's row of one that it does not manage."""
    return {"id": row.id, "public": row.public, "managed": False, "hint": None}


def comment(row: SubmissionComment, by: Actor, extended: bool = False) -> Json:
    body: Json = {"body": row.body, "actorId": row.actor_id, "createdAt": instant(row.created_at)}
    if extended:
        body["actor"] = actor(by)
    return body
