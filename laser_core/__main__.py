"""`python -m laser_core`: the command line."""

from laser_core.cli import app

if __name__ == "__main__":
    app(prog_name="python -m laser_core")
