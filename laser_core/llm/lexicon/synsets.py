"""The 21,844 ImageNet synsets that timm ships, with a tree read out of their glosses.

WordNet's own tree is not in timm. Two facts stand in for it: the number of a synset tells its field
(animal, artifact, food, ...), because WordNet numbers nouns field by field; and a gloss opens with
the wider kind ("a **chair** with a support for the arms"). timm itself is not imported, only its
text files are read: importing it would load torch.
"""

from __future__ import annotations

import importlib.util
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from laser_core.errors import LLMError
from laser_core.llm.lexicon.genus import FUNCTION_WORDS, genus_candidates
from laser_core.llm.lexicon.words import name_key, singular

# First WordNet 3.0 offset of each field among the synsets that ImageNet uses.
_FIELDS = (
    (0, "top"), (29_677, "act"), (1_314_388, "animal"), (2_665_986, "artifact"),
    (4_682_018, "attribute"), (5_217_168, "body"), (5_660_000, "thought"),
    (6_200_000, "communication"), (7_450_000, "food"), (7_950_000, "group"),
    (8_490_000, "place"), (9_186_592, "nature"), (9_505_000, "person"), (11_400_000, "weather"),
    (11_530_000, "plant"), (13_150_000, "possession"), (13_600_000, "other"),
)  # fmt: skip
_LONGEST_CHAIN = 12  # glosses can lead in circles


@dataclass(frozen=True)
class Synset:
    """One meaning: its WordNet number ("n02084071"), its names (commonest first) and its gloss."""

    key: str
    names: tuple[str, ...]
    gloss: str

    @property
    def name(self) -> str:
        """The commonest name."""
        return self.names[0]

    @property
    def field(self) -> str:
        """WordNet's field of nouns: "animal", "artifact", "food", "plant", "person", ..."""
        starts = [start for start, _ in _FIELDS]
        return _FIELDS[bisect_right(starts, int(self.key[1:])) - 1][1]


class Lexicon:
    """Synsets by name, and the wider and narrower kinds of each as far as the glosses tell.

    Args:
        synsets: all meanings, by key.
        photographed: keys of the 1,000 synsets of the ImageNet challenge, the everyday ones.
    """

    def __init__(self, synsets: Mapping[str, Synset], photographed: Iterable[str] = ()) -> None:
        self.synsets = dict(synsets)
        self.photographed = frozenset(photographed)
        self._by_name: dict[str, list[Synset]] = defaultdict(list)
        for synset in self.synsets.values():
            for key in dict.fromkeys(quick_key(name) for name in synset.names):
                self._by_name[key].append(synset)
        self._parents: dict[str, Synset | None] = {}

    def senses(self, name: str) -> list[Synset]:
        """The meanings of `name`, whatever its case, plural or hyphens; [] for an unknown one.

        A meaning that has the name letter by letter hides the others: "glasses" are spectacles,
        "glass" is not.
        """
        key = name_key(name)
        found = self._by_name.get(key) or self._by_name.get(key.replace(" ", "")) or []  # wineglass
        plain = name.casefold().strip()
        exact = [synset for synset in found if plain in map(str.casefold, synset.names)]
        return exact or list(found)

    def exact_senses(self, name: str) -> set[str]:
        """Keys of the meanings that have `name` letter by letter (case aside)."""
        plain = name.casefold().strip()
        found = self._by_name.get(name_key(name), ())
        return {synset.key for synset in found if plain in map(str.casefold, synset.names)}

    def main_senses(self, name: str) -> list[Synset]:
        """The meanings for which `name` is the commonest name; all meanings if it is for none."""
        senses = self.senses(name)
        key = name_key(name)
        return [synset for synset in senses if quick_key(synset.name) == key] or senses

    def parent(self, synset: Synset) -> Synset | None:
        """The wider kind with which the gloss opens, or None when it names none that we know."""
        if synset.key not in self._parents:
            self._parents[synset.key] = self._find_parent(synset)
        return self._parents[synset.key]

    def ancestors(self, synset: Synset) -> list[Synset]:
        """Wider kinds, nearest first, without `synset` itself."""
        chain: list[Synset] = []
        seen = {synset.key}
        wider = self.parent(synset)
        while wider is not None and wider.key not in seen and len(chain) < _LONGEST_CHAIN:
            chain.append(wider)
            seen.add(wider.key)
            wider = self.parent(wider)
        return chain

    def photographed_kinds(self, synset: Synset) -> list[Synset]:
        """Sub-kinds, and their sub-kinds, among `photographed`; in the lexicon's order."""
        return list(self._photographed_kinds.get(synset.key, ()))

    @cached_property
    def _photographed_kinds(self) -> dict[str, list[Synset]]:
        kinds: dict[str, list[Synset]] = defaultdict(list)
        for key in sorted(self.photographed):
            for wider in self.ancestors(self.synsets[key]):
                kinds[wider.key].append(self.synsets[key])
        return kinds

    def of_field(self, field: str) -> list[Synset]:
        """All synsets of a field, in the lexicon's order."""
        return self._by_field.get(field, [])

    @cached_property
    def _by_field(self) -> dict[str, list[Synset]]:
        fields: dict[str, list[Synset]] = defaultdict(list)
        for synset in self.synsets.values():
            fields[synset.field].append(synset)
        return fields

    def _find_parent(self, synset: Synset) -> Synset | None:
        for words in genus_candidates(synset.gloss):
            key = quick_key(words)
            found = [other for other in self._by_name.get(key, ()) if self._may_hold(other, synset)]
            if found:
                exact = [wider for wider in found if words in map(str.casefold, wider.names)]
                return max(exact or found, key=lambda wider: self._fit(wider, synset, key))
        return None

    def _may_hold(self, wider: Synset, synset: Synset) -> bool:
        return wider.key != synset.key and wider.field == synset.field

    def _fit(self, wider: Synset, synset: Synset, key: str) -> float:
        """How likely `wider` is what `key` means in the gloss of `synset`: shared words decide."""
        position = [quick_key(name) for name in wider.names].index(key)
        shared = _content_words(wider.gloss) & _content_words(synset.gloss)
        return len(shared) - 2.0 * position + 0.5 * (wider.key in self.photographed)


def quick_key(name: str) -> str:
    """`name_key` for names that are known to be clean, several times as fast."""
    head, _, last = name.casefold().replace("-", " ").rpartition(" ")
    return f"{head} {singular(last)}" if head else singular(last)


def _content_words(gloss: str) -> set[str]:
    words = re.findall(r"[a-z]{4,}", gloss.casefold())
    return {singular(word) for word in words if word not in FUNCTION_WORDS}


@cache
def lexicon() -> Lexicon:
    """The lexicon that timm ships, read once (about 0.2 s).

    Raises:
        LLMError: timm, or its lists of names, are not installed.
    """
    folder = _timm_folder()
    names = _table(folder / "imagenet_synset_to_lemma.txt")
    glosses = _table(folder / "imagenet_synset_to_definition.txt")
    synsets = {
        key: Synset(key, tuple(text.split(", ")), glosses.get(key, ""))
        for key, text in names.items()
    }
    photographed = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    return Lexicon(synsets, photographed)


def same_name(name: str, other: str) -> bool:
    """True for two spellings of one name: another case, a plural, a hyphen.

    Not for two that mean two things: "glasses" are no plural of "glass".
    """
    if name_key(name) != name_key(other):
        return False
    if name.casefold() == other.casefold():
        return True
    known = lexicon()
    mine, theirs = known.exact_senses(name), known.exact_senses(other)
    return not (mine and theirs) or not mine.isdisjoint(theirs)


def _timm_folder() -> Path:
    found = importlib.util.find_spec("timm")
    places = list(found.submodule_search_locations or ()) if found else []
    folder = Path(places[0]) / "data" / "_info" if places else Path("timm")
    if not (folder / "imagenet_synset_to_lemma.txt").is_file():
        raise LLMError(
            "the names of the ImageNet classes come with the package timm, which is not installed "
            "as expected; run: pip install 'timm>=1.0.20'"
        )
    return folder


def _table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)
