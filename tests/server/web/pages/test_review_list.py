"""Which records a clinician finds: health records by village, and among all others."""

import pytest

from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.health import health_record
from tests.server.web.pages.women import CareTown


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def test_a_village_s_number_opens_its_health_records_and_no_others(town, browse):
    mine, elsewhere, visit = health_record(town, village=2), health_record(town, village=1), town.record(village=2)
    page = browse("lin").see(f"/review/health/{CODES[1]}").get_data(as_text=True)
    assert f"/review/{mine}/panel" in page and "<html" not in page
    assert f"/review/{elsewhere}/" not in page and f"/review/{visit}/" not in page


def test_the_review_list_of_a_clinician_can_be_narrowed_to_health_records(town, browse):
    health, visit = health_record(town), town.record()

    def listed(name, query):
        page = browse(name).see(f"/review?{query}").get_data(as_text=True)
        return [one for one in (health, visit) if f'data-record="{one}"' in page]

    assert listed("lin", "kind=health") == [health]
    assert listed("lin", "kind=home") == [visit]
    assert listed("lin", "") == [health, visit]
    assert listed("rita", "kind=health") == [] and listed("rita", "") == [visit]
