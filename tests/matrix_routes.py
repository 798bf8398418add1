"""What every address asks for: the table that the access matrix is held against. A new address is not in it yet, and fails.

Each block begins with `[level] verb|verb`; test_access_matrix.py says what the levels mean.
"""

ROUTES = """
[asked] access.read
GET /review/<int(max=9007199254740991):submission_id>/access
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/access

[care] entity.create
POST /v1/projects/<int:project_id>/datasets/<name>/entities

[care] entity.delete
POST /v1/projects/<int:project_id>/datasets/<name>/entities/bulk-delete

[care] entity.list
GET /v1/projects/<int:project_id>/datasets/<name>/entities

[care] entity.restore
POST /v1/projects/<int:project_id>/datasets/<name>/entities/bulk-restore

[guarded] access
GET /people/<uuid:woman_uuid>/access
GET /v1/projects/<int:project_id>/women/<uuid:woman_uuid>/access

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

[open]
GET /sign-in/openid/back
POST /sign-in/openid
GET /
GET /healthz
GET /join/<token>
POST /join/<token>
POST /language
GET /not-built
POST /policy-report
GET /sign-in
POST /sign-in
GET /sign-in/code
POST /sign-in/code
POST /sign-in/passkey
POST /sign-in/passkey/options
POST /sign-out
GET /static/<path:filename>
POST /theme
GET /v1/projects
GET /v1/projects/<int:project_id>/submission
POST /v1/sessions
POST /v1/users/reset/initiate
POST /v1/users/reset/verify

[person]
GET /admin
GET /inbox
POST /inbox/read
GET /me
POST /me/app-passwords
POST /me/app-passwords/<int(max=9007199254740991):password_id>/remove
POST /me/authenticator
POST /me/authenticator/confirm
POST /me/authenticator/remove
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
GET /v1/roles
GET /v1/roles/<role>
DELETE /v1/sessions/current
GET /v1/sessions/restore
GET /v1/users
GET /v1/users/current

[project] assignment.create
POST /admin/projects/<int(max=9007199254740991):project_id>/roles
PUT /v1/projects/<int:project_id>/actors/<int:actor_id>/villages
POST /v1/projects/<int:project_id>/assignments/<role>/<int:actor_id>
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>/<int:actor_id>

[project] assignment.delete
POST /admin/projects/<int(max=9007199254740991):project_id>/roles/remove
DELETE /v1/projects/<int:project_id>/assignments/<role>/<int:actor_id>
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>/<int:actor_id>

[project] assignment.list
GET /admin/projects/<int(max=9007199254740991):project_id>
GET /v1/projects/<int:project_id>/assignments
GET /v1/projects/<int:project_id>/assignments/<role>
GET /v1/projects/<int:project_id>/assignments/forms
GET /v1/projects/<int:project_id>/assignments/forms/<role>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>

[project] audit.read
GET /audit

[project] break_glass.list|break_glass.open
GET /emergency

[project] break_glass.open
POST /emergency
POST /emergency/<int(max=9007199254740991):opening_id>/close

[project] dataset.create
POST /v1/projects/<int:project_id>/datasets

[project] dataset.list
GET /v1/projects/<int:project_id>/datasets
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/dataset-diff

[project] dataset.read
GET /v1/projects/<int:project_id>/datasets/<name>

[project] dataset.update
POST /v1/projects/<int:project_id>/datasets/<name>/properties

[project] entity.list|open_form.read
GET /v1/projects/<int:project_id>/datasets/<name>/integrity

[project] field_key.create
POST /phones
GET /phones/roster
POST /phones/roster
POST /v1/projects/<int:project_id>/app-users

[project] field_key.delete
POST /phones/<int(max=9007199254740991):actor_id>/lost
POST /phones/<int(max=9007199254740991):actor_id>/revoke
GET /phones/cards
DELETE /v1/projects/<int:project_id>/app-users/<int:actor_id>

[project] field_key.list
GET /phones
GET /phones/<int(max=9007199254740991):actor_id>
GET /v1/projects/<int:project_id>/app-users
GET /v1/projects/<int:project_id>/app-users/<int:actor_id>
GET /v1/projects/<int:project_id>/app-users/<int:actor_id>/carer

[project] field_key.update
POST /phones/<int(max=9007199254740991):actor_id>/carer
POST /phones/<int(max=9007199254740991):actor_id>/device
POST /phones/<int(max=9007199254740991):actor_id>/reissue
PATCH /v1/projects/<int:project_id>/app-users/<int:actor_id>
PUT /v1/projects/<int:project_id>/app-users/<int:actor_id>/carer

[project] followup.list
GET /follow-ups

[project] followup.read
GET /consents
GET /follow-ups/list
GET /m

[project] followup.read|rights.read|form.update
GET /consents/texts

[project] form.create
POST /forms/library
GET /forms/upload
POST /forms/upload
POST /v1/projects/<int:project_id>/forms

[project] form.delete
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>

[project] form.list
GET /forms

[project] form.read
GET /forms/<form_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/manifest
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft.<any(xls, xlsx):extension>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft.xml
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/dataset-diff
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/fields

[project] form.read|open_form.read
GET /v1/projects/<int:project_id>/forms/<form_id>/manifest
GET /v1/projects/<int:project_id>/forms/<form_id>/versions/<version>/manifest
GET /v1/projects/<int:project_id>/forms/<xml_form_id>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>.<any(xls, xlsx):extension>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>.xml
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/attachments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/fields
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>.<any(xls, xlsx):extension>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>.xml
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>/attachments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>/fields

[project] form.restore
POST /v1/projects/<int:project_id>/forms/<int:form_id>/restore

[project] form.update
POST /red-lines/waivers/<int(max=9007199254740991):waiver_id>/end
POST /red-lines/waivers/<int(max=9007199254740991):waiver_id>/confirm
GET /forms/<form_id>/draft
POST /forms/<form_id>/draft
POST /forms/<form_id>/draft/discard
POST /forms/<form_id>/draft/files
POST /forms/<form_id>/publish
POST /forms/<form_id>/state
POST /red-lines/waivers
PATCH /v1/projects/<int:project_id>/forms/<xml_form_id>
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/draft
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/draft
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
PATCH /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/publish

[project] hand_over.create
POST /hand-overs

[project] hand_over.end
POST /hand-overs/<int(max=9007199254740991):hand_over_id>/end

[project] hand_over.list
GET /hand-overs

[project] form.list|open_form.list|open_form.read
GET /v1/projects/<int:project_id>/forms

[project] open_form.list|open_form.read
GET /v1/projects/<int:project_id>/formList

[project] project.delete
DELETE /v1/projects/<int:project_id>

[project] project.read
GET /red-lines
GET /v1/projects/<int:project_id>

[project] project.update
POST /admin/projects/<int(max=9007199254740991):project_id>
POST /admin/projects/<int(max=9007199254740991):project_id>/second-factor
PATCH /v1/projects/<int:project_id>
PUT /v1/projects/<int:project_id>

[project] public_link.list
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/public-links

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

[project] submission.create
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions
POST /v1/projects/<int:project_id>/submission

[project] submission.list
GET /map/features
GET /review
GET /review/sealed
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/submitters

[project] submission.read
GET /v1/projects/<int:project_id>/forms/<form_id>.svc
GET /v1/projects/<int:project_id>/forms/<form_id>.svc/$metadata
GET /v1/projects/<int:project_id>/forms/<form_id>.svc/<path:below>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft.svc
GET /v1/projects/<int:project_id>/forms/<form_id>/draft.svc/$metadata
GET /v1/projects/<int:project_id>/forms/<form_id>/draft.svc/<path:below>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv.zip
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv.zip
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.xlsx
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.xlsx
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv.zip
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv.zip
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.xlsx
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions.xlsx
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/keys

[project] timetable.read
GET /timetable

[project] village.import
PUT /v1/projects/<int:project_id>/villages/<code>
GET /places/import
POST /places/import

[project] village.read
GET /v1/projects/<int:project_id>/villages
GET /map
GET /map/villages

[record] submission.delete
DELETE /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>

[record] submission.read
GET /review/<int(max=9007199254740991):submission_id>
GET /review/<int(max=9007199254740991):submission_id>/files/<name>
GET /review/<int(max=9007199254740991):submission_id>/panel
POST /review/<int(max=9007199254740991):submission_id>/show
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/audits
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/comments
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/comments
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/diffs
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>/attachments/<name>

[record] submission.restore
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/restore

[record] submission.update
POST /review/<int(max=9007199254740991):submission_id>/state
PATCH /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>
PUT /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>
DELETE /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments/<name>
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments/<name>

[site] assignment.create
POST /v1/assignments/<role>/<int:actor_id>

[site] assignment.delete
DELETE /v1/assignments/<role>/<int:actor_id>

[site] assignment.list
GET /v1/assignments
GET /v1/assignments/<role>

[site] audit.read
GET /v1/audits

[site] project.create
POST /admin/projects
POST /v1/projects

[site] user.create
POST /admin/people
POST /v1/users

[site] user.delete
DELETE /v1/users/<int:actor_id>

[site] user.list
GET /admin/people

[site] user.read
GET /admin/people/<int(max=9007199254740991):actor_id>
GET /v1/users/<int:actor_id>

[site] user.update
POST /admin/people/<int(max=9007199254740991):actor_id>/disable
POST /admin/people/<int(max=9007199254740991):actor_id>/enable
POST /admin/people/<int(max=9007199254740991):actor_id>/link
POST /admin/people/<int(max=9007199254740991):actor_id>/second-factor/remove
POST /admin/people/<int(max=9007199254740991):actor_id>/sessions/end
PATCH /v1/users/<int:actor_id>
PUT /v1/users/<int:actor_id>/password

[token]
DELETE /v1/sessions/<token>
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft.xml
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/attachments/<name>
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/formList
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/manifest
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/submission
POST /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/submission
POST /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/submissions

[woman] entity.delete
DELETE /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>

[woman] entity.read
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/versions

[woman] entity.restore
POST /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/restore

[woman] entity.update
PATCH /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>

[woman] followup.read
GET /follow-ups/<uuid:visit_key>
GET /people/<uuid:woman_uuid>
"""
