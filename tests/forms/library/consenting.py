"""What the tests of F2 begin with: a woman on a phone, a home, the workers, and the answers of who registers and agrees."""

from tests.forms.library.filling import VILLAGE, WANG, Filled, Phone, Pocket, day, entity, make_pocket, woman

FORM = "woman_consent"
HOME = "33333333-3333-4333-8333-333333333333"
CONSENTS = ("consent_reminder", "consent_share_clinic", "consent_location", "consent_stats")
ABOUT_HER = {"code", "display_name", "phone_safe", "household", "named_worker", "service_interest", "consent_proof"}
CARE = {"display_name": "王小花", "household": HOME, "assigned_worker": "3", "consent_location": "yes"}
SELF = {"present_self": "yes", "privacy_now": "alone"}
FIRST = {"action": "register", **SELF, "notice_read": "OK", "age_band": "25_34", "visit_date": day(0)}
AGREES = {"consent_service": "yes", **dict.fromkeys(CONSENTS, "yes"), "consent_proof": "thumb", "code": "W-0555"}
HEARD = " notice:1 service:1 reminder:1 share_clinic:1 location:1 stats:1 "


def one_woman() -> Pocket:
    """A phone with one woman who agreed to everything, her home and two workers."""
    home = entity(HOME, "A-0231 三社", village_code=VILLAGE, door_code="A-0231")
    workers = [{"name": "3", "label": "赵秀兰"}, {"name": "4", "label": "何医生"}]
    return make_pocket(women=[woman(WANG, "W-0231 王*", **CARE)], households=[home], workers=workers)


def fill(phone: Phone, pocket: Pocket, *given: dict[str, str], **more: str) -> Filled:
    return phone.fill(FORM, pocket, {name: text for one in (*given, more) for name, text in one.items()})
