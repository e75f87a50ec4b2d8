"""What the worker can do for the app: each task takes JSON parameters and returns a JSON result.

Tasks call the engine and compute nothing of their own. The registry `JOBS` says which exist;
`worker.py` imports it with the first job.
"""

from __future__ import annotations

from laser_core.jobs.tasks.exports import (
    adopt_run,
    export_file,
    export_pictures,
    move_pool,
    open_bundle,
)
from laser_core.jobs.tasks.lesson import compare_ways, prepare_lesson
from laser_core.jobs.tasks.pictures import inspect_pool, make_thumbnails, project, warm_up
from laser_core.jobs.tasks.runs import create_run, look_ahead, query, run_rounds, run_whole, train
from laser_core.jobs.tasks.setup import try_words
from laser_core.jobs.tasks.studies import study
from laser_core.jobs.tasks.texts import (
    ask_model,
    ask_sentences,
    count_tokens,
    embed_sentences,
    propose,
)
from laser_core.jobs.worker import Task

JOBS: dict[str, Task] = {
    "create_run": create_run,
    "look_ahead": look_ahead,
    "query": query,
    "train": train,
    "run_rounds": run_rounds,
    "run_whole": run_whole,
    "study": study,
    "ask_model": ask_model,
    "ask_sentences": ask_sentences,
    "embed_sentences": embed_sentences,
    "count_tokens": count_tokens,
    "propose": propose,
    "inspect_pool": inspect_pool,
    "make_thumbnails": make_thumbnails,
    "project": project,
    "warm_up": warm_up,
    "export_pictures": export_pictures,
    "export_file": export_file,
    "open_bundle": open_bundle,
    "move_pool": move_pool,
    "adopt": adopt_run,
    "prepare_lesson": prepare_lesson,
    "compare_ways": compare_ways,
    "try_words": try_words,
}
