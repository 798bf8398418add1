"""What every page of the office asks for: addresses outside of /v1. How it is read: matrix_routes.py."""

PAGES = """
[guarded] access
GET /people/<uuid:woman_uuid>/access

[guarded] consent
GET /people/<uuid:woman_uuid>/consent
POST /people/<uuid:woman_uuid>/consent

[guarded] readers
GET /people/<uuid:woman_uuid>/readers
GET /people/<uuid:woman_uuid>/readers.json

[health]
GET /map/health
GET /review/health/<village>

[home] -
GET /map/home/<uuid:woman>
POST /map/home/<uuid:woman>

[numbered] access.read
GET /review/<int(max=9007199254740991):submission_id>/access

[open]
GET /sign-in/openid/back
POST /sign-in/openid
GET /
GET /c
POST /c
POST /c/contact
POST /c/leave
POST /c/tell
POST /c/withdraw
GET /healthz
GET /join/<token>
POST /join/<token>
POST /language
GET /not-built
POST /policy-report
GET /push-worker.js
GET /sign-in
POST /sign-in
GET /sign-in/code
POST /sign-in/code
POST /sign-in/passkey
POST /sign-in/passkey/options
POST /sign-out
GET /signed-in
GET /static/<path:filename>
POST /theme

[person]
GET /admin
GET /inbox
GET /inbox/asked/<int(max=9007199254740991):submission_id>
POST /inbox/asked/<int(max=9007199254740991):submission_id>
POST /inbox/read
POST /inbox/take
GET /me
POST /me/app-passwords
POST /me/app-passwords/<int(max=9007199254740991):password_id>/remove
POST /me/authenticator
POST /me/authenticator/confirm
POST /me/authenticator/remove
GET /me/calendar
POST /me/calendar
POST /me/calendar/remove
GET /me/channels
POST /me/channels
POST /me/channels/<kind>/remove
POST /me/channels/<kind>/test
GET /me/notices
POST /me/notices
POST /me/passkeys
POST /me/passkeys/<int(max=9007199254740991):passkey_id>/name
POST /me/passkeys/<int(max=9007199254740991):passkey_id>/remove
POST /me/passkeys/options
POST /me/password
GET /me/reads
GET /me/reads.json
POST /me/recovery-codes
GET /me/security
POST /me/sessions/end
GET /me/work

[project] assignment.create
POST /admin/projects/<int(max=9007199254740991):project_id>/roles

[project] assignment.delete
POST /admin/projects/<int(max=9007199254740991):project_id>/roles/remove

[project] assignment.list
GET /admin/projects/<int(max=9007199254740991):project_id>

[project] audit.read
GET /audit

[project] break_glass.list|break_glass.open
GET /emergency

[project] break_glass.open
POST /emergency
POST /emergency/<int(max=9007199254740991):opening_id>/close

[project] calendar.create
POST /calendar

[project] calendar.delete
POST /calendar/<int(max=9999):number>/remove

[project] field_key.create
POST /phones
GET /phones/roster
POST /phones/roster

[phone] field_key.delete
POST /phones/<int(max=9007199254740991):actor_id>/lost
POST /phones/<int(max=9007199254740991):actor_id>/revoke

[phone] field_key.list
GET /phones/<int(max=9007199254740991):actor_id>

[phone] field_key.update
POST /phones/<int(max=9007199254740991):actor_id>/carer
POST /phones/<int(max=9007199254740991):actor_id>/device
POST /phones/<int(max=9007199254740991):actor_id>/reissue

[project] field_key.delete
GET /phones/cards

[project] field_key.list
GET /phones

[project] feedback.answer
POST /rights/feedback/<uuid:case_id>/answer
POST /rights/feedback/<uuid:case_id>/reach
POST /rights/feedback/<uuid:case_id>/take

[project] feedback.list
GET /rights/feedback

[project] feedback.read
GET /rights/feedback/<uuid:case_id>

[project] followup.list
GET /map/rates

[project] indicator.read
GET /reports
GET /reports/indicators/<name>

[project] followup.list|benefit.list
GET /follow-ups

[project] followup.read
GET /consents
GET /follow-ups/acts
GET /m/places

[project] followup.supervise
GET /follow-ups/give
GET /follow-ups/reasons
POST /follow-ups/give

[project] project.update
POST /follow-ups/give/cap

[project] followup.read|benefit.read
GET /follow-ups/before-break
GET /follow-ups/list
GET /follow-ups/print
GET /m
GET /m/week

[project] followup.read|rights.read|form.update
GET /consents/texts

[project] form.create
POST /forms/library
POST /library/publish
GET /forms/upload
POST /forms/upload

[project] form.list
GET /forms

[project] form.read
GET /forms/<form_id>
GET /forms/<form_id>/workbook

[project] form.update
GET /library
GET /library/lists
GET /library/lists/<name>
GET /library/lists/<name>/file
GET /library/publish
GET /library/recordings/<language>
GET /library/recordings/<language>/file
POST /library/lists/<name>
POST /library/lists/<name>/read
POST /library/lists/<name>/undo
POST /library/recordings/<language>
POST /library/recordings/<language>/remove
POST /library/recordings/<language>/undo
POST /red-lines/waivers/<int(max=9007199254740991):waiver_id>/end
POST /red-lines/waivers/<int(max=9007199254740991):waiver_id>/confirm
GET /forms/<form_id>/draft
GET /forms/<form_id>/draft/changes
GET /forms/<form_id>/draft/preview
POST /forms/<form_id>/draft
POST /forms/<form_id>/draft/discard
POST /forms/<form_id>/draft/files
POST /forms/<form_id>/publish
POST /forms/<form_id>/state
POST /red-lines/waivers

[desk] submission.create
GET /forms/<form_id>/fill
POST /forms/<form_id>/fill

[project] hand_over.create
POST /hand-overs

[project] hand_over.end
POST /hand-overs/<int(max=9007199254740991):hand_over_id>/end

[project] hand_over.list
GET /hand-overs

[project] project.read
GET /calendar
GET /red-lines

[project] project.update
POST /admin/projects/<int(max=9007199254740991):project_id>
POST /admin/projects/<int(max=9007199254740991):project_id>/second-factor

[project] reading.list
GET /audit/reads
GET /audit/unusual

[project] rights.create
POST /rights

[project] rights.erase
POST /rights/<int(max=9007199254740991):request_id>/erase
GET /rights/retention
POST /rights/retention/<int(max=9007199254740991):run_id>/sign

[project] rights.list
GET /rights

[project] rights.read
GET /rights/<int(max=9007199254740991):request_id>
GET /rights/<int(max=9007199254740991):request_id>/data
GET /rights/<int(max=9007199254740991):request_id>/data.json

[project] rights.update
POST /rights/<int(max=9007199254740991):request_id>/close
GET /rights/<int(max=9007199254740991):request_id>/correct/<int(max=9007199254740991):submission_id>
POST /rights/<int(max=9007199254740991):request_id>/correct/<int(max=9007199254740991):submission_id>
POST /rights/<int(max=9007199254740991):request_id>/correct/<int(max=9007199254740991):submission_id>/note
POST /rights/<int(max=9007199254740991):request_id>/restrict

[project] rights.update|form.update
POST /consents/texts/<name>

[project] office.read|rule.sign
GET /office

[project] office.read
GET /office/supplies

[project] office.update
POST /office
POST /office/<int(max=9007199254740991):act_id>/undo

[lead] office.update
POST /office/supplies

[own] office.update
POST /office/supplies/<int(max=9007199254740991):lot_id>/count
POST /office/supplies/<int(max=9007199254740991):lot_id>/end
POST /office/supplies/<int(max=9007199254740991):lot_id>/undo

[project] schedule.set
GET /follow-ups/schedule
POST /follow-ups/schedule

[project] rule.read
GET /rules
GET /rules/<rule>

[project] rule.sign
POST /rules/<rule>/sign
POST /rules/signatures/<int(max=9007199254740991):signature_id>/withdraw

[project] rule.update
POST /rules/<rule>/draft
POST /rules/<rule>/draft/discard
POST /rules/<rule>/draft/publish
POST /rules/<rule>/draft/text
POST /rules/<rule>/move/confirm
POST /rules/<rule>/move/preview
POST /rules/<rule>/switch
POST /rules/<rule>/try/<int(max=9007199254740991):version>
POST /rules/runs/<int(max=9007199254740991):run_id>/more

[project] rule.update|rule.sign
GET /rules/<rule>/draft
GET /rules/<rule>/move
GET /rules/<rule>/try/<int(max=9007199254740991):version>

[project] submission.list
GET /map/features
GET /map/tiles/<int(max=24):zoom>/<int(max=16777215):x>/<int(max=16777215):y>.mvt

[forms] submission.list
GET /review
GET /review/list.csv
GET /review/sealed
POST /review/views
POST /review/views/<int(max=9007199254740991):view_id>/delete

[forms] submission.update
POST /review/batches

[own] submission.update
GET /review/batches/<int(max=9007199254740991):batch_id>
POST /review/batches/<int(max=9007199254740991):batch_id>/go
POST /review/batches/<int(max=9007199254740991):batch_id>/stop
POST /review/batches/<int(max=9007199254740991):batch_id>/undo

[project] timetable.read
GET /notices/failed
POST /notices/failed/replay
GET /timetable
GET /timetable/<name>

[project] submission.update|village.import
GET /places/shifts

[project] submission.update
GET /places/shifts/<int(max=9007199254740991):phone_id>
POST /places/shifts/<int(max=9007199254740991):phone_id>
POST /places/shifts/undo/<int(max=9007199254740991):shift_id>

[project] village.import
GET /places/<code>/merge
GET /places/<code>/outline
GET /places/import
POST /places/<code>/aliases
POST /places/<code>/aliases/<int(max=9007199254740991):alias_id>/remove
POST /places/<code>/merge
POST /places/<code>/merges/<int(max=9007199254740991):merge_id>/undo
POST /places/<code>/outline
POST /places/import
POST /places/import/undo

[project] village.read
GET /map
GET /map/find
GET /map/village/<village>
GET /map/villages
GET /places
GET /places/<code>
POST /map/picture

[own] village.read
GET /map/base/<int(max=9007199254740991):base_id>.pmtiles
GET /map/base/tianditu/<any(vec, cva):layer>/<int(max=24):zoom>/<int(max=16777215):x>/<int(max=16777215):y>

[record] submission.read
GET /review/<int(max=9007199254740991):submission_id>
GET /review/<int(max=9007199254740991):submission_id>/files/<name>
GET /review/<int(max=9007199254740991):submission_id>/panel
POST /review/<int(max=9007199254740991):submission_id>/show

[record] benefit.erase
GET /review/<int(max=9007199254740991):submission_id>/case
POST /review/<int(max=9007199254740991):submission_id>/case

[forms] submission.read
GET /review/export
POST /review/export
GET /review/export/file

[own] submission.read
GET /review/export/made/<int(max=9007199254740991):export_id>
POST /review/export/made/<int(max=9007199254740991):export_id>/back

[record] submission.update
GET /review/<int(max=9007199254740991):submission_id>/edit
POST /review/<int(max=9007199254740991):submission_id>/edit
POST /review/<int(max=9007199254740991):submission_id>/edit/answers
POST /review/<int(max=9007199254740991):submission_id>/return
POST /review/<int(max=9007199254740991):submission_id>/return/back
POST /review/<int(max=9007199254740991):submission_id>/flags/<kind>
POST /review/<int(max=9007199254740991):submission_id>/state

[site] config.set
GET /admin/projects/<int(max=9007199254740991):project_id>/channels
POST /admin/projects/<int(max=9007199254740991):project_id>/channels
POST /admin/projects/<int(max=9007199254740991):project_id>/channels/<kind>/remove
POST /admin/projects/<int(max=9007199254740991):project_id>/channels/<kind>/test
GET /admin/projects/<int(max=9007199254740991):project_id>/map-base
POST /admin/projects/<int(max=9007199254740991):project_id>/map-base
POST /admin/projects/<int(max=9007199254740991):project_id>/map-base/undo
GET /admin/projects/<int(max=9007199254740991):project_id>/webhooks
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks
GET /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/groups
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/pause
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/remove
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/replay
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/restore
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/resume
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/secret
POST /admin/projects/<int(max=9007199254740991):project_id>/webhooks/<int(max=9007199254740991):webhook_id>/test

[site] project.create
POST /admin/projects

[site] timetable.run
POST /timetable/<name>/run

[site] timetable.pause
POST /timetable/<name>/pause

[site] timetable.resume
POST /timetable/<name>/resume

[site] user.create
POST /admin/people

[site] user.list
GET /admin/people

[site] user.read
GET /admin/people/<int(max=9007199254740991):actor_id>

[site] user.update
POST /admin/people/<int(max=9007199254740991):actor_id>/disable
POST /admin/people/<int(max=9007199254740991):actor_id>/enable
POST /admin/people/<int(max=9007199254740991):actor_id>/link
POST /admin/people/<int(max=9007199254740991):actor_id>/second-factor/remove
POST /admin/people/<int(max=9007199254740991):actor_id>/sessions/end

[woman] schedule.choose
POST /people/<uuid:woman_uuid>/schedule

[woman] followup.read
GET /follow-ups/<uuid:visit_key>

[woman] followup.update
GET /follow-ups/<uuid:visit_key>/close
GET /follow-ups/<uuid:visit_key>/give
GET /follow-ups/<uuid:visit_key>/later
POST /follow-ups/<uuid:visit_key>/close
POST /follow-ups/<uuid:visit_key>/give
POST /follow-ups/<uuid:visit_key>/later

[woman] followup.supervise
POST /follow-ups/<uuid:visit_key>/acts/<int(max=9007199254740991):act_id>/confirm

[woman] followup.update
POST /follow-ups/<uuid:visit_key>/acts/<int(max=9007199254740991):act_id>/undo
GET /follow-ups/<uuid:visit_key>/call
POST /follow-ups/<uuid:visit_key>/call
GET /people/<uuid:woman_uuid>
GET /people/<uuid:woman_uuid>/card
POST /people/<uuid:woman_uuid>/card
POST /people/<uuid:woman_uuid>/card/number
POST /people/<uuid:woman_uuid>/card/place
POST /people/<uuid:woman_uuid>/card/stop

[token]
GET /calendar/<token>.ics
"""
