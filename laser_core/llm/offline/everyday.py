"""The few thousand synsets whose names are everyday words, and how familiar each name is.

Without a table of word frequencies, three signs tell: the word is in the vocabulary of the sentence
encoder, which lists the commonest English words by frequency; it is made of two such words
("hairbrush"); or the ImageNet challenge photographed it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

from laser_core.basics.package_files import package_folder
from laser_core.llm.lexicon.synsets import Lexicon, Synset, lexicon, quick_key
from laser_core.vlm.offline.sentences import PACKAGE, REQUIREMENT

# Fields whose members can be photographed as things; persons only beside persons (see offline.py).
FIELDS = ("artifact", "animal", "food", "plant", "nature", "person")
# Words for a whole group of things: too wide for a class of its own beside others.
GROUP_WORDS = frozenset((
    "accessory", "adornment", "aircraft", "animal", "apparatus", "apparel", "appliance",
    "artifact", "attire", "baggage", "beast", "beverage", "body", "brute", "building", "canine",
    "carnivore", "cattle", "citrus", "clothes", "clothing", "commodity", "computer memory",
    "computing device", "conveyance", "cosmetic", "costume", "covering", "craft", "creation",
    "creature", "critter", "crockery", "cutlery", "decoration", "device", "dish",
    "dishware", "domestic animal", "drink", "dwelling", "equine", "equipment", "fabric", "fauna",
    "feline", "flower", "food", "footwear", "fowl", "fruit", "furnishing", "furniture", "garb",
    "garment", "gear", "glassware", "hairdressing", "hardware", "headdress", "headgear",
    "headpiece", "herb", "house", "housing", "implement", "insect", "instrument", "invertebrate",
    "jewelry", "kitchenware", "light", "livestock", "luggage", "machine", "machinery", "makeup",
    "mammal", "material", "meal", "mechanism", "merchandise", "motor vehicle",
    "musical instrument", "ornament", "outfit", "peripheral", "pet", "plant", "portable",
    "poultry", "primate", "produce", "product", "receptacle", "reptile", "rodent",
    "seat", "shipping", "shrub", "structure", "system", "tableware", "textile",
    "toiletry", "tool", "toy", "transport", "utensil", "vegetable", "vehicle", "vertebrate",
    "vessel", "ware", "watercraft", "weapon", "weaponry", "wear", "wheeled vehicle", "workwear",
    "young",
))  # fmt: skip
# Glosses of what is not proposed to people, and of mere ages and sexes of an animal ("a stallion").
_UNSUITABLE = re.compile(
    r"slur|offensive|derogatory|disparag|negro|slave|prostitut|sexual|obscene|genital|"
    r"contracepti|narcotic|illegal|excrement|execution|torture"
)
_GROUP_NAME = re.compile(r"(?:wear|ware|clothing|equipment|stuff|goods)$")
_AGE_OR_SEX = re.compile(
    r"^(?:an? |the )?(?:very |sexually )?(?:young|immature|adult|mature|male|female|castrated)\b"
)
_SHORTEST_PART = 4  # letters of each half of a compound: "hair" + "brush", not "car" + "pet"
# A compound is rarer than its halves: "shirtdress" than "shirt" and "dress". Rough factors.
_COMPOUND_TIMES, _COMPOUND_LEAST = 3, 12_000
_RAREST = 30_522  # size of the vocabulary


@cache
def word_ranks() -> Mapping[str, int]:
    """Rank of each word in the encoder's vocabulary, commonest first; word pieces left out."""
    path = package_folder(PACKAGE, REQUIREMENT) / "model" / "vocab.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return {word: rank for rank, word in enumerate(lines) if word.isalpha() and word.isascii()}


def familiarity(name: str) -> float:
    """How common a name is: 0 for one with a word out of the vocabulary, towards 1 for "car"."""
    ranks = word_ranks()
    words = name.casefold().replace("-", " ").replace("'s", "").split()
    worst = max((ranks.get(word, _compound_rank(word)) for word in words), default=_RAREST)
    return max(0.0, 1.0 - math.log(max(worst, 1000) / 1000) / math.log(_RAREST / 1000))


def _compound_rank(word: str) -> int:
    """The rarer half's rank of a closed compound ("hairbrush"), or the rank of an unknown word."""
    ranks = word_ranks()
    halves = [
        max(ranks[word[:cut]], ranks[word[cut:]])
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        if word[:cut] in ranks and word[cut:] in ranks
    ]
    if not halves:
        return _RAREST
    return min(max(_COMPOUND_TIMES * min(halves), _COMPOUND_LEAST), _RAREST - 1)


def is_everyday(synset: Synset, words: Lexicon) -> bool:
    """True for a synset in `FIELDS` with a familiar one-word name, or one of the 1,000.

    Names of whole groups of things (`GROUP_WORDS`) are left out.
    """
    if synset.field not in FIELDS or quick_key(synset.name) in GROUP_WORDS:
        return False
    if _GROUP_NAME.search(synset.name.casefold()):
        return False
    if _UNSUITABLE.search(synset.gloss.casefold()) or _AGE_OR_SEX.match(synset.gloss):
        return False
    if synset.key in words.photographed:
        return True
    if any(sense.field == "attribute" for sense in words.main_senses(synset.name)):
        return False  # "blue" is a colour to everyone, not clothing
    return synset.name.isalpha() and familiarity(synset.name) > 0.0


@cache
def everyday_synsets(field: str) -> tuple[Synset, ...]:
    """The everyday synsets of one of `FIELDS`, in the lexicon's order, one for each name.

    Of several with the same commonest name the first is kept, unless a later one was photographed.
    """
    words = lexicon()
    by_name: dict[str, Synset] = {}
    for synset in words.of_field(field):
        if not is_everyday(synset, words):
            continue
        name = synset.name.casefold()
        if name not in by_name or synset.key in words.photographed:
            by_name[name] = synset
    return tuple(by_name.values())
