"""What every address asks for: the table that the access matrix is held against. A new address is not in it yet, and fails.

Each block begins with `[level] verb|verb`; test_access_matrix.py says what the levels mean.
"""

from tests.matrix_desk import DESK
from tests.matrix_drafts_and_links import DRAFTS_AND_LINKS
from tests.matrix_entities import ENTITIES
from tests.matrix_entity_tables import ENTITY_TABLES
from tests.matrix_pages import PAGES
from tests.matrix_phones import PHONES
from tests.matrix_records import RECORDS
from tests.matrix_rest import REST
from tests.matrix_sign_in import SIGN_IN

ROUTES = "".join((PAGES, DESK, PHONES, REST, RECORDS, DRAFTS_AND_LINKS, ENTITIES, ENTITY_TABLES, SIGN_IN))
