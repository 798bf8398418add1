"""Where the installed program begins: `python -P server/deploy/begin.py COMMAND …`, the same as `python -m server.cli`, sooner.

What is imported is never rubbish: to look for rubbish while it grows takes a quarter of a second of each start.
"""

import gc
import sys

if __name__ == "__main__":
    gc.disable()
    from server.cli import main

    gc.freeze()
    gc.enable()
    sys.exit(main(sys.argv[1:]))
