"""The command line: `python -m laser_core`, or `laser` where the package is installed."""

import sys
from pathlib import Path

STOPPED = 130


def main() -> None:
    """Run the command that the arguments name; Ctrl-C ends with 130, also while modules load."""
    try:  # the imports take seconds, and Ctrl-C may come while they last
        from laser_core.cli.ctrl_c import CtrlC

        with CtrlC() as ctrl_c:
            try:
                from laser_core.cli.app import app

                called = Path(sys.argv[0]).stem
                app(prog_name="laser" if called == "laser" else "python -m laser_core")
            except BaseException:
                if ctrl_c.pressed:
                    sys.exit(STOPPED)
                raise
    except KeyboardInterrupt:
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
