"""Syntax trees of Python's source, which grow one at a time.

Python 3.11, up to 3.11.7 at least, counts how deep a tree goes once for all threads (CPython's gh-106905): of two that read
source at the same time one may end with a SystemError.
"""

import threading
from typing import Final

GROWING: Final = threading.Lock()
"""For whoever has source read while requests are answered: addresses that are put together, and the definition."""
