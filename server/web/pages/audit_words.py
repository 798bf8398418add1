"""What the audit knows by short names, in words. Nothing here judges anybody."""

from typing import Any

from flask_babel import lazy_gettext as _l

from server.access import roles
from server.access.audit_queries import Acts
from server.access.unusual import Finding, least
from server.models import Audit
from server.web.pages.shell import say_day, say_moment
from server.web.pages.texts import _, _n, listed
from server.web.pages.words import ROLE_WORDS

READ_WORDS = {
    "submission.read": _l("Opened a record"),
    "submission.list": _l("Looked at a list of records"),
    "entity.read": _l("Opened an entry of a list"),
    "entity.list": _l("Fetched a list"),
    "person.read": _l("Opened her page"),
    "person.find": _l("Found her by name or number"),
    "followup.read": _l("Opened a visit that is planned"),
    "followup.list": _l("Looked at the list of visits"),
    "household.locate": _l("Looked up where she lives"),
    "map.read": _l("Looked at the map"),
    "access.read": _l("Asked who may see it"),
    "field_key.read": _l("Was shown a phone's key"),
    "form.submission.export": _l("Exported the records of a form"),
}
ACT_WORDS = {
    **READ_WORDS,
    "project.create": _l("Made the project"),
    "project.update": _l("Changed the project"),
    "project.delete": _l("Took the project away"),
    "form.create": _l("Uploaded a form"),
    "form.update": _l("Changed a form"),
    "form.update.draft.set": _l("Uploaded a draft of a form"),
    "form.update.draft.delete": _l("Threw a draft away"),
    "form.update.publish": _l("Published a form"),
    "form.delete": _l("Took a form away"),
    "form.restore": _l("Brought a form back"),
    "form.attachment.update": _l("Changed a file of a form"),
    "card.create": _l("Made a service card"),
    "card.replace": _l("Replaced a service card"),
    "card.update": _l("Set the secret number of a service card"),
    "card.delete": _l("Stopped a service card"),
    "consent_recording.update": _l("Changed the recording of the consent notice"),
    "town_list.update": _l("Changed a list of the town"),
    "submission.create": _l("Sent a record"),
    "submission.update": _l("Reviewed a record"),
    "submission.update.version": _l("Corrected a record"),
    "submission.return": _l("Returned a record to its sender"),
    "submission.assign": _l("Gave a record to somebody to look at"),
    "submission.attachment.update": _l("Sent a file of a record"),
    "submission.flag.ask": _l("Asked about how a record was made"),
    "submission.flag.answer": _l("Answered a question about her own record"),
    "submission.flag.settle": _l("Found a question about a record answered"),
    "submission.flag.reopen": _l("Opened a question about a record again"),
    "submission.delete": _l("Took a record away"),
    "submission.restore": _l("Brought a record back"),
    "submission.purge": _l("Records went out of the trash for good"),
    "entity.purge": _l("Entries of a list went out of the trash for good"),
    "form.purge": _l("A form went out of the trash for good"),
    "submission.seal": _l("A record was sealed"),
    "submission.unseal": _l("A record was opened"),
    "dataset.create": _l("Made a list"),
    "dataset.update": _l("Changed a list"),
    "dataset.update.property.delete": _l("Took a property of a list away"),
    "dataset.delete": _l("Took a list away"),
    "actor_property.create": _l("Named something that can be said of phones"),
    "field_key.property.set": _l("Changed what is said of a phone"),
    "entity.create": _l("Made an entry of a list"),
    "entity.update": _l("Changed an entry of a list"),
    "entity.delete": _l("Took an entry of a list away"),
    "entity.restore": _l("Brought an entry of a list back"),
    "entity.bulk.create": _l("Made entries of a list"),
    "entity.bulk.delete": _l("Took entries of a list away"),
    "entity.bulk.restore": _l("Brought entries of a list back"),
    "entity.error": _l("A change of a list could not be made"),
    "project.assignment.create": _l("Gave a role"),
    "project.assignment.delete": _l("Took a role away"),
    "assignment.create": _l("Gave a role"),
    "assignment.delete": _l("Took a role away"),
    "field_key.create": _l("Made a phone's key"),
    "field_key.assignment.create": _l("Gave a phone its rights"),
    "field_key.assignment.delete": _l("Took a phone's rights away"),
    "field_key.update": _l("Changed a phone's card"),
    "field_key.session.end": _l("Stopped a phone's key"),
    "field_key.delete": _l("Took a phone away"),
    "public_link.create": _l("Made a link for everybody"),
    "public_link.update": _l("Changed a link for everybody"),
    "public_link.session.end": _l("Stopped a link for everybody"),
    "public_link.delete": _l("Took a link for everybody away"),
    "village.import": _l("Imported village boundaries"),
    "map.export": _l("Made a picture of the map"),
    "report.update": _l("Gave a workbook for a table of the town"),
    "report.update.remove": _l("Took a table of the town away"),
    "report.update.restore": _l("Brought a table of the town back"),
    "report.export": _l("Took a file of the town's numbers"),
    "webhook.create": _l("Set up a webhook"),
    "webhook.update": _l("Changed what a webhook hears of"),
    "webhook.update.secret": _l("Changed a webhook's secret"),
    "webhook.pause": _l("Paused a webhook"),
    "webhook.resume": _l("Let a webhook go on"),
    "webhook.delete": _l("Took a webhook away"),
    "webhook.restore": _l("Brought a webhook back"),
    "webhook.replay": _l("Had a webhook told again"),
    "webhook.test": _l("Tried a webhook out"),
    "map_base.update": _l("Chose what the map is drawn upon"),
    "map_base.undo": _l("Took back what the map is drawn upon"),
    "village.update": _l("Changed what a village is a part of"),
    "point.correct": _l("Had a phone's points read as GCJ-02"),
    "point.correct.undo": _l("Undid the correction of a phone's points"),
    "village.alias": _l("Changed what a village is also called"),
    "village.draw": _l("Drew a village's boundary"),
    "village.import.undo": _l("Undid an import of boundaries"),
    "village.merge": _l("Merged villages"),
    "village.merge.undo": _l("Undid a merge of villages"),
    "user.session.refused": _l("Signing in was refused again and again"),
    "audit.redact": _l("Took personal details out of the audit, by law"),
    "field.reveal": _l("Had a covered field shown"),
    "break_glass.open": _l("Opened a village in an emergency"),
    "break_glass.close": _l("Closed a village opened in an emergency"),
    "calendar.create": _l("Added a year's days off to the calendar"),
    "calendar.delete": _l("Took a year's days off out of the calendar"),
    "followup.update.snooze": _l("Put a visit off"),
    "followup.update.close": _l("Closed a visit with a reason"),
    "followup.update.give": _l("Gave visits to somebody else"),
    "followup.update.undo": _l("Took back what was done with a visit"),
    "followup.update.confirm": _l("Confirmed that a record is wrong"),
    "hand_over.create": _l("Handed villages over"),
    "hand_over.end": _l("Ended a hand-over"),
    "office.update.done": _l("Noted what the office did"),
    "office.update.undo": _l("Took back what the office noted"),
    "office.update.lot": _l("Added a lot in store"),
    "office.update.count": _l("Counted a lot in store"),
    "office.update.lot_end": _l("Ended a lot in store"),
    "supply.update.came": _l("Took in supplies"),
    "supply.update.sent": _l("Sent supplies on"),
    "supply.update.arrived": _l("Supplies arrived from another point"),
    "supply.update.handed_out": _l("Handed out supplies, nobody named"),
    "supply.update.taken_out": _l("Took supplies out of store"),
    "supply.update.counted": _l("Counted supplies"),
    "supply.update.undo": _l("Took back a row of the stock ledger"),
    "feedback.read.report": _l("Took the grievance log away as a file"),
    "supply.read.report": _l("Took the stock ledger away as a file"),
    "schedule.set": _l("Set the town's schedule of visits"),
    "schedule.choose": _l("Chose a schedule of visits for one record"),
    "village_scope.set": _l("Changed somebody's villages"),
    "consent.withdraw": _l("Noted what she takes back"),
    "person.compare": _l("Said whether two registrations are one person"),
    "transfer.send": _l("Made the package of a transfer of care"),
    "transfer.receive": _l("Took over a package that somebody brought"),
    "transfer.acknowledge": _l("Took in the acknowledgement of a transfer of care"),
    "transfer.cancel": _l("Noted that a transfer of care is not wanted any more"),
    "transfer.cancel.undo": _l("Took that back: the transfer of care is wanted"),
    "transfer.expire": _l("The package of a transfer of care ran out"),
    "person.merge": _l("Put two registrations of a person together"),
    "person.part": _l("Took apart what was put together"),
    "consent_text.publish": _l("Published the words of a consent"),
    "rights.create": _l("Took down what she asks for"),
    "rights.update": _l("Answered what she asked for"),
    "rights.export": _l("Gave out all that is kept of her"),
    "rights.erase": _l("Erased what was kept of her"),
    "rights.restrict": _l("Restricted what is kept of her"),
    "rights.lift": _l("Lifted a restriction"),
    "timetable.run": _l("Had a job of the timetable run"),
    "timetable.pause": _l("Paused a job of the timetable"),
    "timetable.resume": _l("Let a job of the timetable go on"),
    "feedback.take": _l("Took up what somebody said of the service"),
    "feedback.reveal": _l("Had shown how to reach who gave no name"),
    "feedback.answer": _l("Answered what somebody said of the service"),
    "benefit.erase": _l("Removed a benefit case at the household's word"),
    "retention.run": _l("Minimised what was kept long enough"),
    "retention.sign": _l("Signed a report of what was minimised"),
    "rule.draft": _l("Wrote a draft of a rule"),
    "rule.draft.discard": _l("Threw the draft of a rule away"),
    "rule.publish": _l("Published a version of a rule"),
    "rule.sign": _l("Signed a version of a rule"),
    "rule.sign.withdraw": _l("Took back a signature of a rule"),
    "rule.switch": _l("Switched a rule on or off"),
    "rule.migrate.preview": _l("Looked at which visits a rule would move"),
    "rule.migrate": _l("Moved open visits to a rule's version"),
    "waiver.create": _l("Asked to let a form's wording pass"),
    "waiver.confirm": _l("Let a form's wording pass"),
    "waiver.delete": _l("Took back that a wording passes"),
    "entity.update.version": _l("Changed an entry of a list"),
    "entity.update.resolve": _l("Settled a conflict of a list"),
    "submission.backlog.hold": _l("A change waits for the one before it"),
    "submission.backlog.reprocess": _l("A change that waited was made"),
    "submission.backlog.force": _l("A change that waited too long was made"),
    "field_key.carer.set": _l("Said who carries a phone"),
    "field_key.device.accept": _l("Took a phone's second device for good"),
    "user.create": _l("Added a person"),
    "user.update": _l("Changed an account"),
    "user.delete": _l("Took an account away"),
    "user.assignment.create": _l("Gave a role"),
    "user.assignment.delete": _l("Took a role away"),
    "user.session.create": _l("Signed in"),
    "user.session.end": _l("Signed out"),
    "user.second_factor.create": _l("Added a second step to signing in"),
    "user.second_factor.delete": _l("Took the second step of signing in away"),
    "user.recovery_code.create": _l("Made recovery codes"),
    "user.recovery_code.use": _l("Signed in by a recovery code"),
    "user.passkey.create": _l("Added a passkey"),
    "user.passkey.delete": _l("Took a passkey away"),
    "user.app_password.create": _l("Made a password for a program"),
    "user.app_password.delete": _l("Took a program's password away"),
    "user.phone_password.create": _l("Made a phone password"),
    "user.phone_password.delete": _l("Took a phone password away"),
    "user.password_link.create": _l("Made a link that sets a new password"),
    "channel.update": _l("Set up a channel for notices"),
    "channel.delete": _l("Took a channel for notices away"),
    "channel.test": _l("Tried a channel for notices"),
    "notice.take": _l("Took on a critical notice"),
    "notice.replay": _l("Sent notices again that had failed"),
    "calendar_address.create": _l("Made a calendar address"),
    "calendar_address.delete": _l("Took a calendar address away"),
    "user.openid.link": _l("Linked an account elsewhere"),
}
WAY_WORDS = {
    "handed": _l("village handed over"),
    "opened": _l("opened in an emergency"),
}


def act_words(action: str) -> str:
    """An action in words; one without words by its own name."""
    return str(ACT_WORDS.get(action, action))


def role_words(held: str) -> str:
    """The roles of a look, as access/reading_log.py `as_what` wrote them."""
    names = {**ROLE_WORDS, "phone": _("phone")}
    return listed(str(names.get(one) or roles.BY_SYSTEM[one].name) for one in held.split(",") if known_role(one))


def known_role(name: str) -> bool:
    return name == "phone" or name in roles.BY_SYSTEM


def upon_words(acts: Acts, row: Audit) -> str:
    """The narrowest thing that an act was upon, as it is called; numbers where it has no name."""
    if row.submission_id is not None:
        form = acts.forms.get(row.form_id or 0)
        return _("record %(number)s", number=row.submission_id) + (f" · {form.xml_form_id}" if form else "")
    if row.actee_actor_id in acts.actors:
        return acts.actors[row.actee_actor_id].display_name
    if row.dataset_id in acts.datasets:
        return acts.datasets[row.dataset_id].name
    if row.form_id in acts.forms:
        return acts.forms[row.form_id].xml_form_id
    return ""


def say_finding(one: Finding, who: str) -> dict[str, Any]:
    """A finding: what happened, and from how many on such things are listed."""
    number, day = one.number, say_day(one.begins)
    from_to = {"begins": say_moment(one.begins), "ends": say_moment(one.ends)}
    words = {
        "reads_in_an_hour": _("%(who)s opened %(number)s records or persons within one hour.", who=who, number=number),
        "reads_at_night": _("%(who)s opened %(number)s records or persons at night.", who=who, number=number),
        "reads_of_others": _(
            "%(who)s opened %(number)s records or persons of a village that was handed over.", who=who, number=number
        ),
        "reads_opened": _(
            "%(who)s opened %(number)s records or persons of a village opened in an emergency.", who=who, number=number
        ),
        "same_again": _("%(who)s opened the same person or record %(number)s times.", who=who, number=number),
        "exports": _n(
            "%(who)s exported records, %(num)s time that day.",
            "%(who)s exported records, %(num)s times that day.",
            number,
            who=who,
        ),
        "unmasked": _("%(who)s had %(number)s covered fields shown.", who=who, number=number),
        "keys_shown": _("%(who)s was shown %(number)s keys of phones.", who=who, number=number),
        "opened": _("%(who)s opened a village in an emergency.", who=who),
        "refused": _("Somebody guessed at the password of %(who)s six times.", who=who),
    }
    return {
        "words": words[one.kind],
        "day": day,
        "when": from_to,
        "least": least(one.kind),
        "kind": one.kind,
        "begins": one.begins,
    }
