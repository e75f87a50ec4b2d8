"""The helper's work: one setting after another on the open pool, all that is known kept at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from laser_core.analysis.first_query import ColdStart, cold_start
from laser_core.analysis.setup.advice import recommend
from laser_core.analysis.setup.evidence import Figures, LabeledRows, labels_to_use, weigh
from laser_core.analysis.setup.kept import Comparison, Trial
from laser_core.analysis.setup.pictures import FRONT, disagreement
from laser_core.analysis.setup.settings import (
    Setting,
    classes_in_use,
    same_words,
    settings_to_try,
    words_of,
)
from laser_core.basics.arrays import Bools, Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.errors import LLMError
from laser_core.llm.base import LanguageModel
from laser_core.progress import Progress, Steps
from laser_core.selection import Images, top_b
from laser_core.texts.cosine_table import Table
from laser_core.texts.descriptions import Descriptions, sentences_for
from laser_core.texts.live_scores import CosineMemory, LiveScores
from laser_core.texts.neglabel import NegativeNames


@dataclass(frozen=True)
class TextModel:
    """A vision-language model that has looked at the pool.

    Args:
        spec: its name as a setting.
        table: cosines of the pool with sentences.
        compare: has the rows of sentences computed that `table` lacks.
        images: of the pool.
        names: for the aggregator `neglabel`; None for Eq. (1) as printed.
    """

    spec: str
    table: Table
    compare: Callable[[Sequence[str]], object]
    images: Images
    names: NegativeNames | None = None


@dataclass(frozen=True)
class Task:
    """What settings are tried on.

    Args:
        config: of the run.
        version: of the words in use.
        words: in use.
        ids: (N,) of the pool.
        known, relevant: (N,) of the pool, by the answers given so far.
        llm: who is asked for sentences.
    """

    config: ExperimentConfig
    version: int
    words: Descriptions
    ids: Ids
    known: Bools
    relevant: Bools
    llm: LanguageModel


def try_settings(
    task: Task,
    specs: Sequence[str],
    open_model: Callable[[str], Steps[TextModel]],
    keep: Callable[[Comparison], object] = lambda _: None,
) -> Steps[Comparison]:
    """Try the grid and recommend one setting. Closed half way, what was tried has been kept.

    Args:
        specs: the models, the run's own first.
        open_model: a model that has looked at the pool; long for one that has not yet.
        keep: called with what is known after each setting.

    Raises:
        VLMError, CacheError: a model cannot be used.
    """
    per_class = task.config.descriptions or 0
    grids = {spec: settings_to_try(task.words, per_class, spec) for spec in specs}
    work = _Work(task, sum(map(len, grids.values())))
    for spec, settings in grids.items():
        model = yield from open_model(spec)
        mine, memory = work.begin(), CosineMemory(model.table)
        for setting in settings:
            yield Progress("trying words", work.done, work.all, {"words": setting.title})
            words = work.words_for(setting, mine)
            if words is not None:
                mine.add(setting, words, _first_query(words, model, memory, task.config))
                keep(work.comparison())
    keep(comparison := work.comparison())
    return comparison


def _first_query(
    words: Descriptions, model: TextModel, memory: CosineMemory, config: ExperimentConfig
) -> ColdStart:
    model.compare([*words.relevant_texts(), *words.confuser_texts()])
    live = LiveScores(memory.reduce(words), model.names)
    return cold_start(live, words.relevant_owner(), len(words.relevant), config, model.images)


class _OfModel:
    """What was tried with one model."""

    def __init__(self) -> None:
        self.settings: list[Setting] = []
        self.words: list[Descriptions] = []
        self.starts: list[ColdStart] = []

    def add(self, setting: Setting, words: Descriptions, start: ColdStart) -> None:
        self.settings.append(setting)
        self.words.append(words)
        self.starts.append(start)

    def figures(self, labels: LabeledRows, seed: int) -> list[Figures]:
        scores, batches = [s.s_vlm for s in self.starts], [s.rows for s in self.starts]
        return weigh(scores, batches, labels, seed)


class _Work:
    """A grid under way."""

    def __init__(self, task: Task, settings: int) -> None:
        self._task, self.all, self.done, self._left_out = task, settings, 0, 0
        self._labels = labels_to_use(task.known, task.relevant, task.config.seed)
        self._notes = [self._labels.sentence()]
        self._models: list[_OfModel] = []
        names = classes_in_use(task.words)
        self._ask = cache(lambda per_class: sentences_for(task.llm, names, per_class))

    def begin(self) -> _OfModel:
        self._models.append(_OfModel())
        return self._models[-1]

    def words_for(self, setting: Setting, mine: _OfModel) -> Descriptions | None:
        """The setting's words; None where no sentences came, or where they were tried already."""
        self.done += 1
        try:
            words = words_of(setting, self._task.words, self._ask)
        except LLMError as error:
            self._notes.append(f"No sentences could be asked for: {error}.")
        else:
            if not any(same_words(words, other) for other in mine.words):
                return words
        self._left_out += 1
        return None

    def _front(self, start: ColdStart) -> Ints:
        """The rows that a setting puts first, as many as three batches."""
        count = min(FRONT * len(start.rows), len(start.s_vlm))
        return top_b(start.s_vlm, count, rng_for(self._task.config.seed, "setup front"))

    def comparison(self) -> Comparison:
        task, models = self._task, self._models
        seed = task.config.seed
        settings = [setting for model in models for setting in model.settings]
        figures = [found for m in models if m.starts for found in m.figures(self._labels, seed)]
        words = [one for model in models for one in model.words]
        starts = [start for model in models for start in model.starts]
        advice = recommend(settings, figures, len(self._labels.rows))
        first, second = (self._front(starts[n]) for n in (advice.place, advice.rival))
        return Comparison(
            task.version,
            self.all - self._left_out,
            tuple(map(Trial, settings, words, figures)),
            advice,
            disagreement(task.ids, first, second, task.known, seed),
            len(self._labels.rows),
            " ".join(dict.fromkeys(filter(None, self._notes))),
        )
