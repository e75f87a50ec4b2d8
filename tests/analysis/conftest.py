"""The prepared runs of the pages' tests: what a page reads of a run is tested on them too."""

from tests.app.conftest import make_run, prepared, read_run, runs

__all__ = ["make_run", "prepared", "read_run", "runs"]
