"""What pages share: where runs lie, which one is open, the worker, and the pictures' addresses.

The run's folder is the truth. A session remembers only which run is open, and the address bar
remembers that too, so that a reload comes back to it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.basics.files import default_cache_dir
from laser_core.basics.sentences import count_of
from laser_core.config import ExperimentConfig
from laser_core.data.confirmation import MARK
from laser_core.errors import LaserError
from laser_core.jobs.client import Jobs, JobState, Requests
from laser_core.store.store import Store
from laser_core.texts.descriptions import Descriptions
from ui.escape import escape_text
from ui.look.address import memory_of, remember
from ui.look.menu import HOME
from ui.look.notes import lead_on, note
from ui.shared.pictures import Thumbnails

RUN_KEY, OPENING = "run", "opening"
TITLES = {  # what the kinds of jobs are called on the screen
    "create_run": "Preparing the run",
    "look_ahead": "Looking at the next query",
    "query": "Asking the next query",
    "train": "Training",
    "run_rounds": "Running rounds",
    "run_whole": "Running it to the end",
    "study": "Running the study",
    "ask_model": "Asking the language model",
    "ask_sentences": "Asking for sentences",
    "propose": "Looking for further classes",
    "make_thumbnails": "Making thumbnails",
    "project": "Drawing the map",
    "export_pictures": "Writing the pictures",
    "export_file": "Writing the file",
    "open_bundle": "Opening the run",
    "prepare_lesson": "Preparing the lesson",
    "compare_ways": "Training for the lesson",
    "try_words": "Trying words on the pool",
}


def runs_folder() -> Path:
    """Where runs lie: LASER_RUNS_DIR, else `runs` below the working folder."""
    return Path(os.environ.get("LASER_RUNS_DIR", "runs")).resolve()


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Long work; one home for the whole app, so every tab sees the same."""
    return Jobs(runs_folder() / ".app")


@st.cache_resource(show_spinner=False)
def requests() -> Requests:
    """Small questions, answered also while a job runs."""
    return Requests(runs_folder() / ".app")


@dataclass(frozen=True)
class RunCard:
    """One run in the list of runs.

    Args:
        name: of its folder.
        summary: what it is, in one line.
        state: how far it is, in a few words.
        changed: when something last happened in it, seconds since the epoch.
        broken: whether it cannot be read; `state` then says why.
    """

    name: str
    summary: str
    state: str
    changed: float
    broken: bool = False


def run_cards() -> list[RunCard]:
    """All runs, the last changed first; a folder that cannot be read says so in its state."""
    folder = runs_folder()
    names: set[str] = set()
    if folder.is_dir():
        names = {path.parent.name for path in folder.glob("*/run.db")}
        names |= {path.parts[-3] for path in folder.glob("*/backups/run-*.db")}  # it was lost
    cards = (_card(str(folder / name), run_mark(folder / name)) for name in names)
    return sorted(cards, key=lambda card: -card.changed)


def run_mark(folder: Path) -> str:
    """Changes when anything is written to a run's database, or its pool is prepared."""
    return " ".join(f"{name} {size} {changed}" for name, size, changed in _files_of(folder))


def _files_of(folder: Path) -> list[tuple[str, int, int]]:
    """(name, size, when written) of the files; SQLite removes its own at any moment."""
    found = []
    for path in sorted((*folder.glob("run.db*"), *folder.glob("pool.json"))):
        with suppress(OSError):
            about = path.stat()
            found.append((path.name, about.st_size, about.st_mtime_ns))
    return found


@st.cache_resource(show_spinner=False, max_entries=500)
def _card(place: str, mark: str) -> RunCard:
    """The card of the run in the folder `place`, read again when its mark changes."""
    folder = Path(place)
    written = [at for name, _, at in _files_of(folder) if name.startswith("run.db")]
    newest = max(written, default=0) / 1e9
    try:
        with closing(RunReader(folder, default_cache_dir())) as run:
            run.store.require_readable()
            return RunCard(folder.name, *_card_texts(run), newest)
    except LaserError as error:
        return RunCard(folder.name, "cannot be read", str(error), newest, broken=True)


def _card_texts(run: RunReader) -> tuple[str, str]:
    """(what a run is, how far it is)."""
    config, records = run.config, run.records()
    state = f"{len(records)} of {config.rounds} rounds"
    if not run.prepared:
        state = "not prepared yet"
    elif run.store.rounds.asked(len(records) + 1):
        state += ", a query waits for labels"
    classes = ", ".join(config.relevant[:4]) + (" …" if len(config.relevant) > 4 else "")
    pool = Path(config.pool.removeprefix(MARK)).name
    return f"{pool}: {classes} ({config.strategy})", state


def exports_folder() -> Path:
    """Where files for other tools are written unless the user names another place."""
    return runs_folder() / "exports"


def new_run_folder(label: str) -> Path:
    """A folder for a new run that no other has, named by `label` and the time."""
    stem = "".join(c if c.isalnum() else "-" for c in label.lower()).strip("-")[:30] or "run"
    base = runs_folder() / f"{stem}-{datetime.now():%m%d-%H%M%S}"
    folder, number = base, 2
    while folder.exists():
        folder, number = base.with_name(f"{base.name}-{number}"), number + 1
    return folder


@st.cache_resource(show_spinner=False, max_entries=8)
def reader(name: str) -> RunReader:
    """The run called `name`, opened once for all tabs.

    Raises:
        StoreError: there is no such run, or it is damaged.
    """
    made = RunReader(runs_folder() / name, default_cache_dir())
    try:
        made.store.require_readable()  # a damaged one is told here, not in the middle of a page
    except LaserError:
        made.close()
        raise
    return made


def writable(run: RunReader) -> Store:
    """`run` as a page changes it; opened by the first change, once for all tabs.

    Raises:
        StoreError: it is damaged, or gone.
    """
    return _writable(str(run.folder))


@st.cache_resource(show_spinner=False, max_entries=8)
def _writable(folder: str) -> Store:
    return Store.open(Path(folder))


def close_runs() -> None:
    """Give up every connection to a run; the next page opens its own again."""
    reader.clear()
    _writable.clear()


def is_run(name: str) -> bool:
    """Whether `name` is exactly that of a run in the runs folder.

    The address bar and so any link may say what it likes: a name that is on the folder's list opens
    that run, and nothing else is ever made a path of. A link to a folder that someone put into the
    runs folder counts as lying there, for only who may write there can put one.
    """
    folder = runs_folder()
    listed = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return name in listed and (folder / name / "run.db").is_file()


def open_run(name: str) -> None:
    """Make `name` the run this tab works on."""
    remember(RUN_KEY, name)


def open_run_name() -> str:
    """The run this tab works on; "" when none is open."""
    name = memory_of(RUN_KEY)
    return name if is_run(name) else ""


def current_run(prepared: bool = True, pictures: bool = True) -> RunReader:
    """The run this tab works on. Without a usable one it says what to do, and the page ends.

    Args:
        prepared: whether the page needs its pool embedded.
        pictures: whether it shows pictures, or asks a model: a run from elsewhere asks first.
    """
    name = open_run_name()
    if not name:
        lead_on("No run is open: start the demo, or open a run, on Home.")
    try:
        run = reader(name)
        run.store.stamp()  # one that was damaged since it was opened says so here too
    except LaserError as error:
        st.error(escape_text(error))
        st.page_link(HOME, label="To Home, to bring back a copy", icon=":material/home:")
        st.stop()
    from ui.shared.adopt import show_adopt_card

    if show_adopt_card(run) and (pictures or not run.prepared):
        st.stop()
    if prepared and not run.prepared:
        _offer_to_prepare(run)
        st.stop()
    return run


def _offer_to_prepare(run: RunReader) -> None:
    from ui.shared.jobs import show_job_panel, start_job

    job = show_job_panel(jobs(), TITLES)
    if job is not None and job.active:
        note("The page goes on when the work above is done.")
        return
    st.markdown("This run is not prepared yet: its pictures have to be embedded first.")
    st.button(
        "Prepare it", type="primary", on_click=start_job,
        args=(jobs(), "look_ahead", {"folder": str(run.folder)}),
    )  # fmt: skip


def start_run(config: ExperimentConfig, label: str) -> None:
    """Make a run of `config` in a new folder, and open it once it is there."""
    folder = new_run_folder(label)
    open_when_done("create_run", {"config": config_dict(config), "folder": str(folder)})


def open_when_done(kind: str, params: Mapping[str, Any]) -> None:
    """Start a job that makes the run params["folder"], and have `follow_new_run` open it.

    The address bar remembers that too: a reload meanwhile does not lose the way.
    """
    from ui.shared.jobs import start_job

    start_job(jobs(), kind, params)
    remember(OPENING, Path(str(params["folder"])).name)


def follow_new_run(job: JobState | None) -> None:
    """Once the run that this tab has asked for is made, open it and go to its first query."""
    opening = memory_of(OPENING)
    if not opening or job is None or job.active:
        return
    remember(OPENING, "")
    made = Path(str(job.params.get("folder", ""))).name == opening
    if made and job.status == "done" and is_run(opening):
        from ui.shared.navigation import go_to

        open_run(opening)
        go_to("pages/4_Round.py", "To the first query")


def config_dict(config: ExperimentConfig) -> dict[str, object]:
    """`config` as JSON parameters of a task."""
    import json

    given: dict[str, object] = json.loads(config.to_json())
    return given


# ---- pictures and sentences that pages need


def thumbnails(run: RunReader) -> Thumbnails:
    """The addresses of the small copies of a run's pictures."""
    return _thumbnails(run.config)


def _thumbnails(config: ExperimentConfig) -> Thumbnails:
    return Thumbnails(f"{config.pool} {config.data_root or ''}")


def picture_urls(run: RunReader, ids: Collection[str]) -> dict[str, str]:
    """id -> address of its small copy; missing ones are made now, so ask for a page's worth."""
    return pool_picture_urls(run.config, ids)


def pool_picture_urls(config: ExperimentConfig, ids: Collection[str]) -> dict[str, str]:
    """The same for pictures of the pool that `config` names, whichever run asks."""
    small = _thumbnails(config)
    if ids and not small.complete(ids):
        params = {
            "pool": config.pool,
            "data_root": config.data_root,
            "ids": list(ids),
            "thumbnails": str(small.folder),
        }
        requests().ask("make_thumbnails", params, timeout=120)
    return {id: small.url(id) for id in ids}


def ensure_cosines(run: RunReader, descriptions: Descriptions) -> None:
    """Have the worker compare new sentences with the pool; at once where there are none.

    Raises:
        JobError: the worker did not answer.
    """
    missing = run.missing_texts(descriptions)
    if missing:
        params = {"folder": str(run.folder), "texts": missing}
        requests().ask("embed_sentences", params, timeout=120)


def ago(moment: float) -> str:
    """How long ago a moment was, in words."""
    seconds = max(0.0, time.time() - moment)
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{count_of(int(seconds // size), unit)} ago"
    return "just now"
