"""What the tests of F8 begin with: two women on a phone, transfers out and in, and places to go to."""

import uuid

from tests.forms.library.filling import LI, VILLAGE, WANG, Filled, Phone, Pocket, day, entity, make_pocket, woman

FORM = "migrant_transfer"
LIST = "transfers"
OUT, CAME, UNKNOWN, LIS, OVER = (str(uuid.UUID(int=number, version=4)) for number in (81, 82, 83, 84, 85))
"""Wang's that is under way, Wang's that has come here, one whose woman is not here yet, Li's, and one of Wang's that is over."""

PLACES = [
    {"name": "44", "label": "广东省", "level": "prov", "parent": ""},
    {"name": "51", "label": "四川省", "level": "prov", "parent": ""},
    {"name": "440785", "label": "恩平市", "level": "county", "parent": "44"},
    {"name": "512022", "label": "乐至县", "level": "county", "parent": "51"},
    {"name": "s1", "label": "城东社区卫生服务中心", "level": "site", "parent": "440785"},
    {"name": "s2", "label": "石湍镇卫生院", "level": "site", "parent": "512022"},
]
PRIVATE = {"privacy_now": "alone", "she_asks": "yes"}
LEAVES = {"direction": "out", "person": WANG, **PRIVATE, "items": "next_dates contact", "consent_transfer": "yes"}
ARRIVES = {"direction": "in", "person": WANG, **PRIVATE}

ALWAYS = {"start", "end", "today", "deviceid", "direction", "transfer", "of_transfer", "meets", "her", "consent_ok"}
ALWAYS |= {
    "clinic_phones",
    "clinic_phones_en",
    "visit_date",
    "receipt_ok",
    "open",
    "asks",
    "sends",
    "what_becomes",
    "new_id",
}
"""What a record holds when nothing was asked but of which transfer it is and when."""

ABOUT_HER = {"she_asks", "items", "consent_transfer", "dest_prov", "dest_county", "dest_site", "move_date", "back_date"}
ABOUT_HER |= {"pregnant_now", "receiver_ack", "services_in", "status"}


def transfer(name: str, her: str = WANG, direction: str = "out", status: str = "sent") -> dict[str, str]:
    known = {"woman": her, "village_code": VILLAGE, "direction": direction, "status": status}
    return entity(name, f"W-0231 王* {day(-9)}", **known)


def pocket(*due: dict[str, str], her: dict[str, str] | None = None, rows: list[dict[str, str]] | None = None) -> Pocket:
    transfers = [transfer(OUT), transfer(CAME, direction="in"), transfer(UNKNOWN, "", "in"), transfer(LIS, LI)]
    transfers += [transfer(OVER, status="cancelled")]
    on = make_pocket(
        *due,
        women=[her or woman(WANG, "W-0231 王*"), woman(LI, "W-0232 李*")],
        **{LIST: transfers if rows is None else rows},
    )
    on.files["destinations"] = PLACES
    return on


def fill(phone: Phone, on: Pocket | None = None, **answers: object) -> Filled:
    return phone.fill(FORM, on or pocket(), {"visit_date": day(0), **answers})


def refused(phone: Phone, on: Pocket | None = None, **answers: object) -> list[str]:
    return phone.refuses(FORM, on or pocket(), {"visit_date": day(0), **answers})
