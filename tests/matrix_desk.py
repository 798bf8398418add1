"""What pages ask for that are about women, visits, records and places. How it is read: matrix_routes.py."""

DESK = """
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

[project] followup.list
GET /map/rates

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

[project] rights.update|form.update
POST /consents/texts/<name>

[project] schedule.set
GET /follow-ups/schedule
POST /follow-ups/schedule

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

[woman] schedule.choose
POST /people/<uuid:woman_uuid>/schedule

[woman] transfer.read
GET /people/<uuid:woman_uuid>/transfers
GET /people/<uuid:woman_uuid>/packages/<int(max=9007199254740991):package_id>
GET /people/<uuid:woman_uuid>/packages/<int(max=9007199254740991):package_id>/receipt

[woman] transfer.send
GET /people/<uuid:woman_uuid>/transfers/<uuid:transfer>/package
POST /people/<uuid:woman_uuid>/transfers/<uuid:transfer>/package
POST /people/<uuid:woman_uuid>/transfers/<uuid:transfer>/receipt
POST /people/<uuid:woman_uuid>/transfers/<uuid:transfer>/cancel
POST /people/<uuid:woman_uuid>/packages/<int(max=9007199254740991):package_id>/undo

[woman] transfer.receive
GET /people/<uuid:woman_uuid>/brought
POST /people/<uuid:woman_uuid>/brought

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
"""
