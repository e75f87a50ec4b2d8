"""The prepared runs of the pages' tests: what a page reads of a run is tested on them too."""

from tests.app.conftest import prepared, read_run, runs

__all__ = ["prepared", "read_run", "runs"]
