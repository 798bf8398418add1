"""What signing in by a phone's name asks for: how it is read, matrix_routes.py says."""

SIGN_IN = """
[person]
POST /me/phone-password
POST /me/phone-password/remove

[site] user.update
POST /admin/people/<int(max=9007199254740991):actor_id>/phone-password/remove
"""
