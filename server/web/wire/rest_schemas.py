"""What the answers in JSON look like, as JSON Schema 2020-12: one for each function of the `*_json.py` modules beside this one.

A name with a question mark is not always there: extended metadata, or something that only some rows have.
"""

from typing import Any, Final

Json = dict[str, Any]
PREFIX: Final = "#/components/schemas/"
TEXT: Final[Json] = {"type": "string"}
WHOLE: Final[Json] = {"type": "integer"}
YES_OR_NO: Final[Json] = {"type": "boolean"}
NULL: Final[Json] = {"type": "null"}
ANYTHING: Final[Json] = {}
MAPPING: Final[Json] = {"type": "object"}
MOMENT: Final[Json] = {"type": "string", "format": "date-time"}
DAY: Final[Json] = {"type": "string", "format": "date"}


def ref(name: str) -> Json:
    return {"$ref": PREFIX + name}


def or_null(of: Json) -> Json:
    return {**of, "type": [of["type"], "null"]} if isinstance(of.get("type"), str) else {"anyOf": [of, NULL]}


def many(of: Json) -> Json:
    return {"type": "array", "items": of}


def one_of(*words: str | None) -> Json:
    return {"enum": list(words)}


def an_object(**properties: Json) -> Json:
    """A name that ends in an underscore may be absent."""
    required = [name for name in properties if not name.endswith("_")]
    named = {name.removesuffix("_"): schema for name, schema in properties.items()}
    return {"type": "object", "required": required, "properties": named}


def also(of: Json, **properties: Json) -> Json:
    more = an_object(**properties)
    return {
        "type": "object",
        "required": [*of["required"], *more["required"]],
        "properties": {**of["properties"], **more["properties"]},
    }


ACTOR: Final = an_object(
    id=WHOLE,
    type=TEXT,
    displayName=TEXT,
    createdAt=MOMENT,
    updatedAt=or_null(MOMENT),
    deletedAt=or_null(MOMENT),
)
SOMEBODY: Final = or_null(ref("Actor"))
USER: Final = also(ACTOR, email=TEXT, lastLoginAt=or_null(MOMENT))
PEOPLE: Final[Json] = {
    "Actor": ACTOR,
    "User": USER,
    "CurrentUser": also(USER, verbs_=many(TEXT), preferences_=MAPPING),
    "AppUser": also(
        ACTOR,
        projectId=WHOLE,
        token=or_null(TEXT),
        createdBy_=SOMEBODY,
        lastUsed_=or_null(MOMENT),
        properties_=or_null({"type": "object", "additionalProperties": TEXT}),
    ),
    "PublicLink": also(ACTOR, once=YES_OR_NO, token=or_null(TEXT), createdBy_=SOMEBODY),
    "Carer": an_object(userId=or_null(WHOLE), role=or_null(TEXT)),
    "Role": an_object(id=WHOLE, name=TEXT, system=TEXT, verbs=many(TEXT), createdAt=MOMENT, updatedAt=or_null(MOMENT)),
    "Assignment": an_object(actorId_=WHOLE, actor_=ref("Actor"), roleId=WHOLE),
    "FormAssignment": an_object(actorId=WHOLE, roleId=WHOLE, xmlFormId=TEXT),
    "ActorProperty": an_object(name=TEXT, values_=many(TEXT)),
    "Session": an_object(token=TEXT, csrf=TEXT, expiresAt=MOMENT, createdAt=MOMENT),
    "SessionTimes": an_object(createdAt=MOMENT, expiresAt=MOMENT),
    "Seer": an_object(
        actorId=or_null(WHOLE),
        displayName=or_null(TEXT),
        type=one_of("field_key", "user"),
        roles=many(TEXT),
        because=TEXT,
        carriedBy=ANYTHING,
    ),
    "Audit": an_object(
        actorId=or_null(WHOLE),
        action=TEXT,
        acteeId=or_null(TEXT),
        details=or_null(MAPPING),
        loggedAt=MOMENT,
        notes=or_null(TEXT),
        actor_=SOMEBODY,
        actee_=or_null(MAPPING),
    ),
}

FORM: Final = an_object(
    projectId=WHOLE,
    xmlFormId=TEXT,
    state=one_of("open", "closing", "closed"),
    name=or_null(TEXT),
    version=TEXT,
    hash=TEXT,
    sha=TEXT,
    sha256=TEXT,
    draftToken=or_null(TEXT),
    keyId=NULL,
    enketoId=NULL,
    enketoOnceId=NULL,
    webformsEnabled=YES_OR_NO,
    phoneAppOnly_=ANYTHING,
    createdAt=MOMENT,
    updatedAt=or_null(MOMENT),
    publishedAt=or_null(MOMENT),
    id_=WHOLE,
    deletedAt_=or_null(MOMENT),
    submissions_=or_null(WHOLE),
    lastSubmission_=or_null(MOMENT),
    reviewStates_=an_object(received=or_null(WHOLE), hasIssues=or_null(WHOLE), edited=or_null(WHOLE)),
    createdBy_=SOMEBODY,
    excelContentType_=or_null(TEXT),
    entityRelated_=YES_OR_NO,
    publicLinks_=or_null(WHOLE),
    publishNotes_=or_null(TEXT),
)
DATASET: Final = an_object(
    name=TEXT,
    projectId=WHOLE,
    createdAt=MOMENT,
    approvalRequired=YES_OR_NO,
    ownerOnly=YES_OR_NO,
    id_=WHOLE,
    deletedAt_=or_null(MOMENT),
    entities_=or_null(WHOLE),
    lastEntity_=or_null(MOMENT),
    conflicts_=or_null(WHOLE),
)
FORM_OF_LIST: Final = many(an_object(name=or_null(TEXT), xmlFormId=TEXT, repeatPath_=TEXT))
FORMS: Final[Json] = {
    "Project": an_object(
        id=WHOLE,
        name=TEXT,
        description=or_null(TEXT),
        archived=or_null(YES_OR_NO),
        keyId=NULL,
        kind=one_of("plain", "care"),
        photoMetadata=YES_OR_NO,
        createdAt=MOMENT,
        updatedAt=or_null(MOMENT),
        deletedAt=or_null(MOMENT),
        forms_=WHOLE,
        appUsers_=WHOLE,
        datasets_=WHOLE,
        lastSubmission_=or_null(MOMENT),
        lastEntity_=or_null(MOMENT),
        verbs_=many(TEXT),
        formList_=many(ref("Form")),
        datasetList_=many(ref("Dataset")),
    ),
    "Form": FORM,
    "Field": an_object(name=TEXT, path=TEXT, type=TEXT, binary=or_null(YES_OR_NO), selectMultiple=or_null(YES_OR_NO)),
    "FormAttachment": an_object(
        name=TEXT,
        type=TEXT,
        hash=or_null(TEXT),
        exists=YES_OR_NO,
        blobExists=YES_OR_NO,
        datasetExists=YES_OR_NO,
        updatedAt=or_null(MOMENT),
        size=or_null(WHOLE),
    ),
    "DatasetChange": an_object(
        name=TEXT, isNew=YES_OR_NO, properties=many(an_object(name=TEXT, isNew=YES_OR_NO, inForm=YES_OR_NO))
    ),
    "DraftChanges": an_object(
        published=or_null(TEXT),
        draft=TEXT,
        differences=many(
            an_object(
                kind=TEXT,
                weight=one_of("loses", "careful", "harmless"),
                paths=many(TEXT),
                labels=ANYTHING,
                what=or_null(TEXT),
                language=or_null(TEXT),
                old=ANYTHING,
                new=ANYTHING,
                whyZh=TEXT,
                whyEn=TEXT,
            )
        ),
    ),
    "Dataset": DATASET,
    "DatasetDetail": also(
        DATASET,
        lastUpdate=or_null(MOMENT),
        linkedForms=FORM_OF_LIST,
        sourceForms=FORM_OF_LIST,
        draftLinkedForms=FORM_OF_LIST,
        draftSourceForms=FORM_OF_LIST,
        properties=many(an_object(name=TEXT, odataName=TEXT, publishedAt=or_null(MOMENT), forms=FORM_OF_LIST)),
        accessFilter_=MAPPING,
    ),
}

ENTITY_VERSION: Final = an_object(
    version=WHOLE,
    label=TEXT,
    current=YES_OR_NO,
    creatorId=or_null(WHOLE),
    userAgent=TEXT,
    createdAt=MOMENT,
    baseVersion=or_null(WHOLE),
    branchId=or_null(TEXT),
    trunkVersion=or_null(WHOLE),
    branchBaseVersion=or_null(WHOLE),
    conflictingProperties=or_null(many(TEXT)),
    creator_=SOMEBODY,
    data_=MAPPING,
    dataReceived_=MAPPING,
)
ENTITIES: Final[Json] = {
    "Entity": an_object(
        uuid=TEXT,
        creatorId=or_null(WHOLE),
        conflict=one_of(None, "soft", "hard"),
        createdAt=MOMENT,
        updatedAt=or_null(MOMENT),
        deletedAt=or_null(MOMENT),
        currentVersion=ENTITY_VERSION,
        creator_=SOMEBODY,
    ),
    "EntityVersion": also(
        ENTITY_VERSION,
        conflict=one_of(None, "soft", "hard"),
        resolved=YES_OR_NO,
        baseDiff=many(TEXT),
        serverDiff=many(TEXT),
        lastGoodVersion=YES_OR_NO,
        relevantToConflict=YES_OR_NO,
        source=MAPPING,
    ),
    "EntityDiffs": many(many(an_object(old_=TEXT, new=TEXT, propertyName=TEXT))),
    "Count": an_object(count=WHOLE),
}

SUBMISSION_VERSION: Final = an_object(
    instanceId=TEXT,
    instanceName=or_null(TEXT),
    submitterId=or_null(WHOLE),
    deviceId=or_null(TEXT),
    userAgent=or_null(TEXT),
    createdAt=MOMENT,
    current=YES_OR_NO,
    submitter_=SOMEBODY,
    formVersion_=or_null(TEXT),
)
RECORDS: Final[Json] = {
    "Submission": an_object(
        instanceId=TEXT,
        submitterId=or_null(WHOLE),
        deviceId=or_null(TEXT),
        userAgent=or_null(TEXT),
        reviewState=one_of(None, "received", "edited", "hasIssues", "rejected", "approved"),
        createdAt=or_null(MOMENT),
        updatedAt=or_null(MOMENT),
        deletedAt=or_null(MOMENT),
        currentVersion=or_null(ref("SubmissionVersion")),
        submitter_=SOMEBODY,
    ),
    "SubmissionVersion": SUBMISSION_VERSION,
    "SubmissionDiffs": {
        "type": "object",
        "additionalProperties": many(an_object(old=ANYTHING, new=ANYTHING, path={"type": "array"})),
    },
    "SubmissionFile": an_object(name=TEXT, exists=YES_OR_NO),
    "Comment": an_object(body=TEXT, actorId=WHOLE, createdAt=MOMENT, actor_=ref("Actor")),
    "PublicKey": an_object(id=WHOLE, public=TEXT, managed=YES_OR_NO, hint=or_null(TEXT)),
}

RATE: Final = or_null(
    an_object(numerator=or_null(WHOLE), denominator=or_null(WHOLE), percent=ANYTHING, hidden=or_null(TEXT))
)
LINKS: Final = many(an_object(href=TEXT, rel=TEXT, type_=TEXT, title_=TEXT))
OURS: Final[Json] = {
    "Success": an_object(success={"const": True}),
    "Village": an_object(code=TEXT, name=TEXT, parent=or_null(TEXT)),
    "Change": an_object(seq=WHOLE, kind=TEXT, at=MOMENT, id_=TEXT, xmlFormId_=TEXT, dataset_=TEXT),
    "Changes": an_object(changes=many(ref("Change")), next=WHOLE, more=YES_OR_NO),
    "Indicator": an_object(
        id=TEXT,
        theme=TEXT,
        counted=YES_OR_NO,
        windowMonths=or_null(WHOLE),
        toldEveryMonths=ANYTHING,
        unit=ANYTHING,
        aim=ANYTHING,
        mark=ANYTHING,
        source=ANYTHING,
        windows=many(
            an_object(
                first=DAY,
                last=DAY,
                countedAt=MOMENT,
                town=RATE,
                clusters={"type": "object", "additionalProperties": RATE},
                limits=or_null(MAPPING),
            )
        ),
    ),
    "FeatureCollection": an_object(type={"const": "FeatureCollection"}, features=many(ref("Feature")), links_=LINKS)
    | {"additionalProperties": True},
    "Feature": an_object(type={"const": "Feature"}, geometry=or_null(MAPPING), properties=or_null(MAPPING))
    | {"additionalProperties": True},
    "ODataService": an_object(value=many(an_object(name=TEXT, kind=TEXT, url=TEXT)), **{"@odata.context": TEXT}),
    "ODataPage": an_object(
        value=many(MAPPING), **{"@odata.context": TEXT, "@odata.count_": WHOLE, "@odata.nextLink_": TEXT}
    ),
    "OgcDocument": {"type": "object"},
    "PublicConfig": {"type": "array", "maxItems": 0},
}
SCHEMAS: Final[Json] = {**PEOPLE, **FORMS, **ENTITIES, **RECORDS, **OURS}
