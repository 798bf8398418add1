"""`python -m server.cli`: what `./fangshi` becomes once everything is there (server/deploy/start.py)."""

import sys

from server.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
