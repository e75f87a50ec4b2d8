"""`python -m laser_core`: the command line."""

import sys

STOPPED = 130

if __name__ == "__main__":
    try:  # the imports take seconds, and Ctrl-C may come while they last
        from laser_core.cli import app
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    app(prog_name="python -m laser_core")
