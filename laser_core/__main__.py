"""`python -m laser_core`: the command line."""

import sys

STOPPED = 130

if __name__ == "__main__":
    try:  # the imports take seconds, and Ctrl-C may come while they last
        from laser_core.ctrl_c import CtrlC

        with CtrlC() as ctrl_c:
            try:
                from laser_core.cli import app

                app(prog_name="python -m laser_core")
            except BaseException:
                if ctrl_c.pressed:
                    sys.exit(STOPPED)
                raise
    except KeyboardInterrupt:
        sys.exit(STOPPED)
