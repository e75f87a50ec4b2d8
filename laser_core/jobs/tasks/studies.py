"""The task that runs a study: the same folder, tables and report as on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from laser_core.basics.files import default_cache_dir
from laser_core.jobs.worker import JobContext, Result
from laser_core.progress import Steps
from laser_core.studies.files import find_study
from laser_core.studies.folder import Places
from laser_core.studies.runner import conduct, keep_study, usual_jobs


def study(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Run a study, or what is left of one. A cell that fails is told, the others go on.

    Stopped in any way, the same job (or `laser study` with that folder) goes on where it was.

    Parameters: "study", an object as in a study's file, "demo", "paper", or the folder of a study
    or comparison to go on with; "wanted", for demo and paper, as `find_study` takes it, or left
    out; "folder", where it lies or is to lie, left out with a folder to go on with; "jobs",
    processes, left out for all cores but one.
    Result: "folder"; "cells", "finished" and "failed", counts; "error", why the first that failed
    did, "" if none.
    """
    folder = Path(params["folder"]) if params.get("folder") else None
    chosen, folder = find_study(params["study"], params.get("wanted") or {}, folder)
    keep_study(chosen, folder)
    places, jobs = Places.of(folder, chosen), params.get("jobs") or usual_jobs(chosen)
    results = yield from conduct(chosen, places, default_cache_dir(), jobs)
    errors = [result.error for result in results.cells if result.state == "failed"]
    return {
        "folder": str(folder),
        "cells": len(results.cells),
        "finished": results.count("finished"),
        "failed": len(errors),
        "error": errors[0] if errors else "",
    }
