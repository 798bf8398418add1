"""What pages ask for that are about the site, its people, projects, forms, rules and rights. How it is read: matrix_routes.py."""

PAGES = """
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
GET /reports/grievances
GET /reports/grievances.<any(csv, xlsx):kind>
GET /rights/feedback

[project] feedback.read
GET /rights/feedback/<uuid:case_id>

[project] indicator.read
GET /reports
GET /reports/indicators/<name>
GET /reports/pack
GET /reports/pack/<month>
GET /reports/pack/<month>/pdf
GET /reports/pack/<month>/xlsx
GET /reports/tables
GET /reports/tables/<int(max=9007199254740991):table_id>
GET /reports/tables/<int(max=9007199254740991):table_id>/file
GET /reports/tables/<int(max=9007199254740991):table_id>/versions/<int(max=9007199254740991):number>
GET /reports/tables/example

[project] report.update
POST /reports/tables
POST /reports/tables/<int(max=9007199254740991):table_id>
POST /reports/tables/<int(max=9007199254740991):table_id>/remove
POST /reports/tables/<int(max=9007199254740991):table_id>/restore

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

[desk] followup.read
GET /people
POST /people
GET /people/conflicts
GET /people/duplicates
GET /people/duplicates/<int(max=9007199254740991):pair_id>
POST /people/duplicates/<int(max=9007199254740991):pair_id>
GET /people/entries/<int(max=9007199254740991):entity_id>
POST /people/entries/<int(max=9007199254740991):entity_id>
GET /people/homes/<uuid:home_uuid>

[desk] followup.update
POST /people/duplicates/<int(max=9007199254740991):pair_id>/different
POST /people/duplicates/<int(max=9007199254740991):pair_id>/open
POST /people/duplicates/<int(max=9007199254740991):pair_id>/same
POST /people/entries/<int(max=9007199254740991):entity_id>/resolve
POST /people/merges/<int(max=9007199254740991):merge_id>/undo

[desk] transfer.read
GET /people/transfers

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

[project] office.read|rule.sign
GET /office

[project] office.read
GET /reports/training

[project] office.update
POST /office
POST /office/<int(max=9007199254740991):act_id>/undo

[project] supply.read
GET /reports/stock
GET /reports/stock.<any(csv, xlsx):kind>
GET /supplies
GET /supplies/ledger

[project] supply.update
POST /supplies
POST /supplies/<int(max=9007199254740991):lot_id>/count
POST /supplies/<int(max=9007199254740991):lot_id>/send
POST /supplies/<int(max=9007199254740991):lot_id>/take-out
POST /supplies/entries/<int(max=9007199254740991):entry_id>/undo
POST /supplies/hand-out

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

[project] timetable.read
GET /notices/failed
POST /notices/failed/replay
GET /timetable
GET /timetable/<name>

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

[token]
GET /calendar/<token>.ics
"""
