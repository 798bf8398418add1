"""What an import would bring, counted there; nothing is written on either side."""

from server.moving.central_source import CentralSource
from server.moving.filters import said_of
from server.moving.import_central import given_roles, say_what_stays
from server.moving.links import links_of


def plan(source: CentralSource) -> None:
    """Fills in the report's counts of what is there, and what would not come."""
    there = source.report.there
    source.told()
    phones = source.list_of(source.root + "/app-users")
    forms = source.forms()
    there["app_users"], there["forms"] = len(phones), len(forms)
    there["actor_properties"] = len(source.list_of(source.root + "/actor-properties"))
    there["actor_values"] = sum(len(said_of(one)) for one in phones)
    there["assignments"] = sum(1 for _ in given_roles(source))
    for form in forms:
        form_id = form["xmlFormId"]
        there["public_links"] += len(links_of(source, form_id))
        if form.get("publishedAt"):
            there["form_versions"] += len(source.published(form_id))
            there["submissions"] += form.get("submissions") or 0
        there["form_versions"] += source.draft(form_id) is not None
    for one in source.list_of(source.root + "/datasets"):
        there["datasets"] += 1
        there["entities"] += one.get("entities") or 0
    say_what_stays(source, forms, ())
