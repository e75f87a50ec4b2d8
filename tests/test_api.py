"""`import laser_core as laser`: the public names, and what they do on a small pool on disk."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import laser_core as laser
from laser_core.errors import ConfigError, PoolError, StoreError
from laser_core.metrics.summary import COLUMNS
from laser_core.strategies import STRATEGIES
from tests.integration.conftest import CLASSES, write_pool

REPOSITORY = Path(__file__).resolve().parents[1]
PUBLIC = {
    "Experiment", "Label", "LaserError", "PoolView", "Query", "Run", "Strategy", "__version__",
    "open_pool", "open_run", "register", "resume", "run", "study", "take",
}  # fmt: skip
SETTINGS = {"vlm": "offline", "batch_size": 12, "progress": False}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return write_pool(tmp_path_factory.mktemp("pictures") / "things")


@pytest.fixture(autouse=True)
def quiet_place(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("LASER_CACHE_DIR", str(cache))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def finished(pictures, cache, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "finished"
    return laser.run(pictures, ["apple", "mug"], rounds=2, out=out, cache_dir=cache, **SETTINGS)


def test_the_public_names_are_these_and_each_is_there():
    assert set(laser.__all__) == PUBLIC
    assert set(laser.__all__) <= set(dir(laser))
    for name in PUBLIC:
        assert getattr(laser, name) is not None


def test_no_public_name_is_also_a_module_that_an_import_would_put_in_its_place():
    modules = {path.stem for path in (REPOSITORY / "laser_core").iterdir()}
    assert not PUBLIC & modules


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'gone'"):
        laser.gone  # noqa: B018


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import laser_core", set()),
        ("import laser_core as laser; laser.Label, laser.Strategy, laser.LaserError", {"numpy"}),
        ("import laser_core as laser; laser.run", {"numpy", "pandas"}),
    ],
)
def test_a_name_loads_no_more_than_it_needs(code, loaded):
    heavy = {"numpy", "pandas", "torch", "streamlit", "sklearn", "openvino", "ui"}
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert heavy & set(shown.stdout.split()) == loaded


def test_a_run_gives_its_rounds_as_a_table_with_the_columns_of_rounds_csv(finished):
    assert tuple(finished.rounds.columns) == COLUMNS
    assert finished.rounds["round"].tolist() == [1, 2]
    on_disk = pd.read_csv(finished.folder / "rounds.csv")
    pd.testing.assert_frame_equal(finished.rounds, on_disk)
    assert finished.summary.recall == pytest.approx(finished.rounds["recall"].iloc[-1], abs=1e-6)


def test_a_run_explains_a_picture_in_numbers_and_in_words(finished):
    asked = finished.records[0].ids[0]
    why = finished.explain(asked, round=1, progress=False)
    assert why.id == asked
    assert str(why).splitlines() == why.sentences()
    assert "S_vlm = " in str(why)


def test_a_run_lists_its_labels(finished):
    assert len(finished.labels) == 24
    assert set(finished.labels["label"].dropna()) <= set(CLASSES)


def test_a_run_is_opened_again_by_its_folder(finished, tmp_path):
    again = laser.open_run(str(finished.folder))
    pd.testing.assert_frame_equal(again.rounds, finished.rounds)
    with pytest.raises(StoreError, match="no run"):
        laser.open_run(tmp_path / "nothing")


def test_without_a_folder_a_run_gets_a_new_one_below_runs(pictures):
    first, second = (
        laser.run(pictures, "apple,mug", rounds=1, strategy="random", **SETTINGS) for _ in range(2)
    )
    assert first.folder.parent == second.folder.parent == Path("runs")
    assert first.folder != second.folder
    assert first.config.relevant == ("apple", "mug")


def test_a_stopped_run_is_finished_with_the_numbers_it_would_have_had(pictures, finished, tmp_path):
    with laser.Experiment(
        pictures, ["apple", "mug"], rounds=2, out=tmp_path / "run", **SETTINGS
    ) as begun:
        begun.query()
    whole = laser.resume(tmp_path / "run", progress=False)
    without = [name for name in COLUMNS if name != "seconds"]
    pd.testing.assert_frame_equal(whole.rounds[without], finished.rounds[without])


@pytest.fixture
def experiment(pictures, tmp_path):
    pool = laser.open_pool(pictures)
    with laser.Experiment(
        pool, ["apple", "mug"], rounds=2, out=tmp_path / "run", **SETTINGS
    ) as opened:
        yield opened


def test_an_experiment_goes_on_step_by_step_with_a_persons_answers(experiment):
    query = experiment.query()
    assert len(query.ids) == 12
    assert experiment.image(query.ids[0]).mode == "RGB"
    first, second, third, *others = query.ids
    experiment.annotate({first: "Apple", second: "mug", third: laser.Label("irrelevant", "wolf")})
    experiment.annotate(dict.fromkeys(others, "irrelevant"), by="Ada")
    record = experiment.train()
    assert (record.queried, record.relevant) == (12, 2)
    assert experiment.rounds["precision"].tolist() == [pytest.approx(2 / 12, abs=1e-6)]
    assert set(experiment.labels["labeller"]) == {"python", "Ada"}
    assert (experiment.round, experiment.pending, experiment.finished) == (2, None, False)
    assert experiment.explain(first, round=1).id == first


def test_an_experiment_is_gone_on_with_by_its_folder_and_shows_what_is_waiting(experiment):
    query = experiment.query()
    experiment.close()
    with laser.Experiment.open(experiment.folder, progress=False) as again:
        assert again.pending.ids.tolist() == query.ids.tolist()
        again.annotate(again.true_answers())
        assert again.train().queried == 12
        assert len(pd.read_csv(again.folder / "rounds.csv")) == 1


def test_asking_twice_gives_the_same_batch_until_an_answer_is_there(experiment):
    first, second = experiment.query(), experiment.query()
    assert first.ids.tolist() == second.ids.tolist()
    experiment.annotate({first.ids[0]: "apple"})
    with pytest.raises(PoolError, match="round 1 is under way: 1 of its 12 pictures have answers"):
        experiment.query()


def test_a_choice_for_one_round_counts(experiment):
    assert experiment.query(strategy="random").choice.strategy == "random"
    with pytest.raises(
        ConfigError, match="strateg is no choice for a round; did you mean strategy"
    ):
        experiment.query(strateg="random")


@pytest.mark.parametrize("answer", ["wolf", 3, None, "IRRELEVANT "])
def test_an_answer_that_means_nothing_is_refused_and_none_is_taken(experiment, answer):
    first, second, *_ = experiment.query().ids
    with pytest.raises(PoolError, match="is no answer here; say one of apple, mug, irrelevant"):
        experiment.annotate({first: "apple", second: answer})
    assert len(experiment.labels) == 0


def test_true_answers_without_a_query_or_without_labels_say_what_to_do(experiment):
    with pytest.raises(PoolError, match="no query is waiting for answers; ask for one first"):
        experiment.true_answers()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"round": 3}, "round is no setting of a run; did you mean rounds"),
        ({"rounds": "many"}, "rounds='many': input should be a valid integer"),
        ({"rounds": 0}, "rounds=0: it must be a whole number of at least 1"),
        ({"relevant": ["apple", "unicorn"]}, "'unicorn' is not in the pool"),
        ({"relevant": [1]}, r"relevant\.0=1: input should be a valid string"),
        ({"strategy": "best"}, "strategy='best' is unknown; choose one of badge, bald"),
        ({"learner": "svm"}, "learner='svm': input should be 'head' or 'resnet18'"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_leaves_no_folder(pictures, tmp_path, settings, said):
    given = {"relevant": ["apple"], **SETTINGS, **settings}
    for make in (laser.run, laser.Experiment):
        with pytest.raises(ConfigError, match=said):
            make(pictures, out=tmp_path / "run", **given)
    assert not (tmp_path / "run").exists()


def test_a_pool_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(laser.LaserError, match="there is no such file or folder"):
        laser.open_pool(tmp_path / "gone")


def test_an_open_pool_is_found_again_from_another_folder(pictures, tmp_path, monkeypatch):
    monkeypatch.chdir(pictures.parent)
    pool = laser.open_pool(pictures.name)
    monkeypatch.chdir(tmp_path)
    run = laser.run(pool, ["apple"], rounds=1, strategy="random", **SETTINGS)
    assert Path(run.config.pool) == pictures


def test_a_pool_of_ones_own_making_needs_no_name(pictures):
    mine = laser.open_pool(pictures).subset(laser.open_pool(pictures).ids().tolist())
    run = laser.run(mine, ["apple"], rounds=1, **SETTINGS)
    asked = run.records[0].ids[0]
    assert run.explain(asked, progress=False).id == asked


def test_a_strategy_of_ones_own_runs_by_its_name(pictures):
    before = dict(STRATEGIES)
    try:

        @laser.register
        class Last(laser.Strategy):
            name = "last"
            title = "Last ones first"

            def score(self, view, rng):
                return view.unlabeled.argsort().argsort() * 1.0

        run = laser.run(pictures, ["apple"], rounds=1, strategy="last", **SETTINGS)
    finally:
        STRATEGIES.clear()
        STRATEGIES.update(before)
    assert run.records[0].ids[0] == sorted(laser.open_pool(pictures).ids("pool").tolist())[-1]


def test_a_study_gives_data_frames_and_a_report(pictures, tmp_path):
    made = laser.study(
        {
            "settings": {"rounds": 2, "batch_size": 12, "vlm": "offline"},
            "places": {"things": {"pool": str(pictures), "mismatch": 0.4}},
            "lines": {"LaSeR": {"strategy": "laser"}, "Random": {"strategy": "random"}},
            "parts": [{"name": "mine", "shows": ["accuracy"]}],
        },
        out=tmp_path / "study",
        progress=False,
    )
    assert made.cells["state"].tolist() == ["finished", "finished"]
    assert len(made.rounds) == 4
    assert made.tables["mine-things"]["labels_paid"].tolist() == [12.0, 24.0]
    assert made.report.is_file()
    again = laser.study(tmp_path / "study", progress=False)  # read, not repeated
    assert again.rounds.equals(made.rounds)


def test_a_study_with_a_mistake_is_told_before_anything_is_done(tmp_path):
    with pytest.raises(ConfigError, match=r"did you mean rounds\?"):
        laser.study("demo", out=tmp_path / "study", rouns=3, progress=False)
    assert not (tmp_path / "study").exists()
