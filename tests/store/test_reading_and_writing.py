"""Reading a run and writing one are two types: what shows a run cannot change it."""

from __future__ import annotations

import ast
from contextlib import closing
from pathlib import Path

import pytest

from laser_core.analysis.reader import RunReader
from laser_core.errors import StoreError
from laser_core.pool import Label
from laser_core.store.records import KeptPool
from laser_core.store.store import Store, StoreView
from tests import fakes

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "events", "labels", "classes", "texts", "exchanges", "rounds", "audits", "pool", "arrays",
    "files",
)  # fmt: skip
# modules of the app behind a button that changes a run; all others only show
MAY_WRITE = {
    "ui/arena/reuse.py",
    "ui/files/incoming.py",
    "ui/label/history.py",
    "ui/label/stopping.py",
    "ui/label/view.py",
    "ui/learn/cards/label.py",
    "ui/prompts/state.py",
    "ui/prompts/versions.py",
    "ui/round/view.py",
    "ui/shared/answers/inbox.py",
    "ui/shared/page_settings.py",
    "ui/shared/runs.py",
}


@pytest.fixture
def folder(tmp_path):
    """A run with a label and a pool, closed."""
    with closing(Store.create(tmp_path / "run", fakes.config())) as made:
        made.pool.keep(KeptPool(("a", "b")))
        made.labels.append({"a": Label("relevant", "cat")}, 1, "Ada")
    return tmp_path / "run"


def methods(thing: object) -> set[str]:
    return {
        name for name in dir(thing) if not name.startswith("_") and callable(getattr(thing, name))
    }


def test_each_part_that_reads_lacks_what_its_writing_twin_adds(folder):
    with closing(StoreView.open(folder)) as view, closing(Store.open(folder)) as store:
        pairs = [(getattr(view, part), getattr(store, part)) for part in PARTS]
        for reads, writes in [*pairs, (view, store), (view._database, store._database)]:
            assert isinstance(writes, type(reads))
            assert methods(writes) - methods(reads), type(reads)


def test_a_reader_can_reach_no_method_that_writes(folder, tmp_path):
    with closing(Store.open(folder)) as store:
        pairs = [(getattr(store, part), type(getattr(store, part)).__mro__[1]) for part in PARTS]
        pairs.append((store._database, type(store._database).__mro__[1]))
        adds = {
            (reads, name) for writes, reads in pairs for name in methods(writes) - methods(reads)
        }
    reached, waiting = set(), [RunReader(folder, tmp_path)]
    while waiting:
        thing = waiting.pop()
        if id(thing) in reached or not type(thing).__module__.startswith("laser_core"):
            continue
        reached.add(id(thing))
        assert not [
            name for reads, name in adds if isinstance(thing, reads) and hasattr(thing, name)
        ]
        waiting += list(getattr(thing, "__dict__", {}).values())
    assert len(reached) > len(PARTS)


def test_the_database_of_a_reader_refuses_a_statement_that_writes(folder):
    with closing(StoreView.open(folder)) as view:
        with pytest.raises(StoreError):
            view._database.read("DELETE FROM events")
        view.require_readable()


def test_reading_a_run_changes_no_byte_and_leaves_no_file(folder, tmp_path):
    def held() -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    before = held()
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with closing(RunReader(folder, tmp_path)) as run:
            run.store.require_readable()
            assert run.store.labels.by_id() == {"a": Label("relevant", "cat")}
            assert (run.facts.ids.tolist(), run.preview(), run.records()) == (["a", "b"], None, [])
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert held() == before


def test_pages_that_only_show_import_nothing_that_writes():
    def writes(path: Path) -> bool:
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        return bool(names & {"Store", "writable"}) or any(n.endswith("Writer") for n in names)

    pages = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
    found = {path.relative_to(ROOT).as_posix() for path in pages if writes(path)}
    assert found == MAY_WRITE


def test_a_label_comes_in_by_one_door():
    """Pages, imports and the loop all call `take_answers`, which alone commits labels."""

    def commits(path: Path) -> bool:
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "append"
            and isinstance(node.func.value, ast.Attribute)
            and node.func.value.attr == "labels"
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )

    files = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "laser_core").rglob("*.py")]
    found = [path.relative_to(ROOT).as_posix() for path in files if commits(path)]
    assert found == ["laser_core/experiment/oracle.py"]
