"""What the set-up helper tries: styles of words, with and without confusers, by each model here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from laser_core.llm.lexicon.words import plain_sentence
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.examples import examples_of

Style = Literal["now", "name", "photo", "sentences"]
PER_CLASS = (3, 5, 10)  # K, beside the run's own


@dataclass(frozen=True)
class Setting:
    """One set of words, and the model that reads them.

    Args:
        style: "now" for the words in use; "name" for bare names; "photo" for "a photo of a ...";
            "sentences" by the run's language model or reasoner.
        per_class: K, sentences a class; of the words in use the run's K.
        confusers: whether confusers are switched on.
        vlm: the vision-language model.
    """

    style: Style
    per_class: int
    confusers: bool
    vlm: str

    @property
    def words(self) -> str:
        """The words in a few words, without the confusers."""
        return {
            "now": "the words in use",
            "name": "bare names",
            "photo": "“a photo of a …”",
            "sentences": f"{self.per_class} sentences each",
        }[self.style]

    @property
    def title(self) -> str:
        """For a list: the words, and whether confusers count."""
        if self.style == "now":
            return self.words
        return f"{self.words} {'with' if self.confusers else 'without'} confusers"


def settings_to_try(words: Descriptions, per_class: int, vlm: str) -> list[Setting]:
    """The grid for one model: first the words in use, against which all others are held.

    Args:
        words: in use.
        per_class: the run's K.
        vlm: the model's spec.
    """
    penalties = (True, False) if words.confusers else (False,)
    counts = dict.fromkeys([*PER_CLASS, *([per_class] if per_class else [])])
    styles: list[tuple[Style, int]] = [("name", 1), ("photo", 1)]
    styles += [("sentences", count) for count in counts]
    now = Setting("now", per_class, bool(words.confuser_texts()), vlm)
    return [now, *(Setting(style, k, on, vlm) for style, k in styles for on in penalties)]


def classes_in_use(words: Descriptions) -> list[str]:
    """The classes that get new sentences: relevant ones, and the confusers that count."""
    return [c.name for c in (*words.relevant, *_confusers_that_count(words))]


def words_of(
    setting: Setting, now: Descriptions, sentences: Callable[[int], Mapping[str, Sequence[str]]]
) -> Descriptions:
    """The descriptions that a setting means.

    Where it has no confusers they are switched off and stay in the list. Where all are switched
    off in the words in use, a setting with confusers switches all of them on. Example pictures
    stay: a person marked them, and no style has words for them.

    Args:
        now: the words in use.
        sentences: K -> sentences of every class of `classes_in_use`.
    """
    if setting.style == "now":
        return now
    counted = {c.name for c in _confusers_that_count(now)}
    asked = sentences(setting.per_class) if setting.style == "sentences" else {}

    def with_texts(owner: ClassText, enabled: bool) -> ClassText:
        texts = {"name": (owner.name,), "photo": (plain_sentence(owner.name),)}.get(setting.style)
        marked = examples_of(owner.sentences)
        return replace(owner, sentences=(*(texts or asked[owner.name]), *marked), enabled=enabled)

    return replace(
        now,
        relevant=tuple(with_texts(c, c.enabled) for c in now.relevant),
        confusers=tuple(
            with_texts(c, setting.confusers) if c.name in counted else c for c in now.confusers
        ),
    )


def same_words(first: Descriptions, second: Descriptions) -> bool:
    """Whether two descriptions score every picture alike: the same sentences are switched on."""
    return (first.relevant_texts(), first.confuser_texts()) == (
        second.relevant_texts(),
        second.confuser_texts(),
    )


def _confusers_that_count(words: Descriptions) -> list[ClassText]:
    named = [c for c in words.confusers if not _is_of_pictures(c)]
    on = [c for c in named if c.enabled and c.sentences]
    return on or named


def _is_of_pictures(c: ClassText) -> bool:
    """Whether example pictures are all that stands for it, so that its name is no name."""
    return bool(c.sentences) and len(examples_of(c.sentences)) == len(c.sentences)
