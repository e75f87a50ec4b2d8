"""Maps: two dimensions that keep what lies together together, the same for the same seed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.errors import ConfigError, PoolError, StoreError
from laser_core.experiment.experiment import Experiment
from laser_core.maps.layout import kept_layouts, newest_version, read_layout
from laser_core.maps.projection import centre_rows, lay_out, project_run
from laser_core.progress import Progress, drain
from laser_core.store.store import Store
from laser_core.texts.examples import example, with_example
from laser_core.vlm.base import VisionLanguageModel
from tests import fakes

pytestmark = pytest.mark.filterwarnings("ignore:Tensorflow not installed:ImportWarning")  # umap's


def two_clouds(n: int) -> np.ndarray:
    """2n unit rows: n near one axis, n near another."""
    noise = 0.1 * rng_for(5, "clouds").normal(size=(2 * n, 8))
    noise[:n, 0] += 1.0
    noise[n:, 1] += 1.0
    return unit_rows(noise)


class SmallVLM(VisionLanguageModel):
    """Sentences of the small world; its pictures are vectors already."""

    kind = "offline"
    name = key = text_key = "small"
    dim = feature_dim = fakes.DIM
    side = batch = 1
    token_limit = 77

    def prepare(self, image: Image.Image) -> np.ndarray:
        raise AssertionError("nobody asked for pixels")

    features = prepare

    def text_vectors(self, texts: Sequence[str]) -> np.ndarray:
        return fakes.encode(texts)

    def token_counts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([len(text.split()) for text in texts])


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    config = fakes.config()
    materials = replace(fakes.materials(config), vlm=SmallVLM())
    return Experiment(materials, Store.create(fakes.folder(tmp_path), config))


def test_pca_puts_the_widest_direction_first() -> None:
    rows = np.array([[3.0, 0.0, 0.1], [-3.0, 0.0, -0.1], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
    flat = drain(lay_out(rows, "pca", 0))
    np.testing.assert_allclose(np.abs(flat[:, 0]), [3.0017, 3.0017, 0.0, 0.0], atol=1e-3)
    np.testing.assert_allclose(np.abs(flat[:, 1]), [0.0, 0.0, 1.0, 1.0], atol=1e-3)


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_the_same_seed_gives_the_same_map_and_keeps_clouds_apart(method: str) -> None:
    rows = two_clouds(20)
    flat = drain(lay_out(rows, method, 3))
    np.testing.assert_array_equal(drain(lay_out(rows, method, 3)), flat)
    middles = flat[:20].mean(axis=0), flat[20:].mean(axis=0)
    radius = np.linalg.norm(flat[:20] - middles[0], axis=1).mean()
    assert np.linalg.norm(middles[0] - middles[1]) > 2 * radius


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("method", ["pca", "umap"])
def test_a_handful_of_points_has_a_map(count: int, method: str) -> None:
    flat = drain(lay_out(two_clouds(4)[:count], method, 0))
    assert flat.shape == (count, 2)
    assert np.isfinite(flat).all()


def test_umap_that_is_stopped_half_way_leaves_no_work_behind() -> None:
    steps = lay_out(two_clouds(150), "umap", 0)
    stages = [next(steps).stage for _ in range(3)]
    steps.close()
    assert "UMAP" in stages[-1]


def test_umap_says_what_it_does_from_import_to_layout() -> None:
    told: list[Progress] = []
    drain(lay_out(two_clouds(20), "umap", 0), told.append)
    assert [p.stage.split(",")[0] for p in told][:2] == [
        "finding the main directions",
        "loading UMAP",
    ]
    assert "neighbours" in told[2].stage


def test_centring_each_kind_closes_the_gap_between_pictures_and_sentences() -> None:
    images = unit_rows(two_clouds(10) + 5 * np.eye(8)[2])
    texts = unit_rows(two_clouds(3) + 5 * np.eye(8)[3])
    assert (texts @ images.T).max() < 0.3  # two cones far apart
    near = centre_rows(texts) @ centre_rows(images).T
    assert near[:3, :10].min() > 0.5  # a cloud's sentences lie among its pictures
    assert near[:3, 10:].max() < 0.0


def test_a_map_is_kept_with_the_run_and_drawn_once(experiment: Experiment) -> None:
    assert kept_layouts(experiment.store) == []
    assert drain(project_run(experiment, "image", "pca")) == "image-pca"
    kept = read_layout(experiment.store, "image", "pca", 0)
    assert kept.images.shape == (180, 2)  # 6 classes of 30
    assert kept.texts == ()
    told: list[Progress] = []
    assert drain(project_run(experiment, "image", "pca"), told.append) == "image-pca"
    assert told == []


def test_new_sentences_leave_the_old_map_and_get_one_of_their_own(experiment: Experiment) -> None:
    drain(experiment.query())
    drain(project_run(experiment, "joint", "pca"))
    drain(project_run(experiment, "text", "pca"))
    version, texts = experiment.store.texts.read() or (0, None)
    assert texts is not None
    kept = read_layout(experiment.store, "joint", "pca", version)
    assert kept.texts == (*texts.relevant_texts(), *texts.confuser_texts())
    assert (len(kept.images), len(kept.text_xy)) == (180, len(kept.texts))
    assert len(read_layout(experiment.store, "text", "pca", version).images) == 0
    newer = experiment.store.texts.append(texts, "edited")
    assert newest_version(experiment.store, "joint", "pca") == version
    drain(project_run(experiment, "joint", "pca"))
    assert newest_version(experiment.store, "joint", "pca") == newer


def test_an_example_picture_stands_where_its_picture_does(experiment: Experiment) -> None:
    drain(experiment.query())
    _, texts = experiment.store.texts.read() or (0, None)
    assert texts is not None
    ids = experiment.materials.pool_ids.tolist()
    marked, _ = with_example(texts, "cat", ids[7], True, ids)
    version = experiment.store.texts.append(marked, "marked")
    drain(project_run(experiment, "joint", "pca"))
    kept = read_layout(experiment.store, "joint", "pca", version)
    place = kept.texts.index(example(ids[7]))
    np.testing.assert_allclose(kept.text_xy[place], kept.images[7], atol=1e-6)


def test_a_map_of_sentences_before_there_are_any_says_what_to_do(experiment: Experiment) -> None:
    with pytest.raises(PoolError, match="draw a map of the pictures alone"):
        drain(project_run(experiment, "text", "pca"))


def test_an_unknown_kind_of_map_names_the_known_ones(experiment: Experiment) -> None:
    with pytest.raises(ConfigError, match="choose text, image or joint, umap or pca"):
        drain(project_run(experiment, "joint", "tsne"))  # type: ignore[arg-type]


def test_a_damaged_map_is_told_and_can_be_drawn_again(experiment: Experiment) -> None:
    drain(project_run(experiment, "image", "pca"))
    (experiment.store.folder / "arrays/maps/image-pca.json").write_text("{")
    with pytest.raises(StoreError, match="draw it again"):
        read_layout(experiment.store, "image", "pca", 0)
    drain(project_run(experiment, "image", "pca"))
    assert read_layout(experiment.store, "image", "pca", 0).images.shape == (180, 2)
