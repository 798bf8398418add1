"""Actors, users, app users, roles and sessions in Central's JSON. Facts: odk-contract.md 6.1 to 6.5."""

from collections.abc import Mapping

from server.access.phones import Phone
from server.access.profiles import Profile
from server.access.public_links import Link
from server.access.roles import MADE_AT, Role
from server.models import Actor, Assignment
from server.web.wire.central_json import Json, instant


def actor(row: Actor) -> Json:
    return {
        "id": row.id,
        "type": row.type,
        "displayName": row.display_name,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "deletedAt": instant(row.deleted_at),
    }


def user(profile: Profile) -> Json:
    return {
        **actor(profile.actor),
        "email": profile.user.email,
        "lastLoginAt": instant(profile.user.last_login_at),
    }


def app_user(phone: Phone) -> Json:
    """`token` is null once revoked; in a care project also for a phone that reaches further than who asks."""
    return {**actor(phone.actor), "projectId": phone.row.project_id, "token": phone.token}


def app_user_extended(phone: Phone, makers: Mapping[int, Actor], values: Mapping[int, Mapping[str, str]]) -> Json:
    """`values`: what is said of phones, by actor id; null of one of which nothing is said, as at Central."""
    maker = makers.get(phone.row.created_by_id or 0)
    return {
        **app_user(phone),
        "createdBy": actor(maker) if maker else None,
        "lastUsed": instant(phone.row.last_used_at),
        "properties": dict(values[phone.actor.id]) if values.get(phone.actor.id) else None,
    }


def public_link(link: Link) -> Json:
    """`token` is null once revoked."""
    return {**actor(link.actor), "once": link.row.once, "token": link.token}


def public_link_extended(link: Link, makers: Mapping[int, Actor]) -> Json:
    maker = makers.get(link.row.created_by_id or 0)
    return {**public_link(link), "createdBy": actor(maker) if maker else None}


def carer(phone: Phone) -> Json:
    """Ours: who carries a phone of a care project, and in which care role."""
    return {"userId": phone.row.person_id, "role": phone.row.care_role}


def role(row: Role) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "system": row.system,
        "verbs": sorted(row.verbs),
        "createdAt": instant(MADE_AT),
        "updatedAt": None,
    }


def assignment(row: Assignment, whose: Actor, extended: bool) -> Json:
    if extended:
        return {"actor": actor(whose), "roleId": row.role_id}
    return {"actorId": row.actor_id, "roleId": row.role_id}


def form_assignment(row: Assignment, xml_form_id: str) -> Json:
    return {"actorId": row.actor_id, "roleId": row.role_id, "xmlFormId": xml_form_id}
