"""`python -m laser_core`: the command line."""

import sys

from laser_core.ctrl_c import CtrlC

STOPPED = 130

if __name__ == "__main__":
    with CtrlC() as ctrl_c:
        try:  # the imports take seconds, and Ctrl-C may come while they last
            from laser_core.cli import app
        except BaseException:
            if ctrl_c.pressed:
                sys.exit(STOPPED)
            raise
    app(prog_name="python -m laser_core")
