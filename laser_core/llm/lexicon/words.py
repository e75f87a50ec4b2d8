"""Words of class names: how they are shown, one key for all spellings, articles, plurals.

Articles are those of the package `inflect`. What is a plural is decided here: its own rule takes
"bus", "lens" and "opera" for plurals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import inflect

_ARTICLE = re.compile(r"^(?:an?|the|some|any)\s+(?=\S)")
_SEPARATORS = re.compile(r"[\s_\-‐‑‒–—/]+")
_QUOTES = "\"'“”‘’‚„`´«»‹›「」『』《》"
_PAIRS = (("**", "**"), ("__", "__"), ("*", "*"), ("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"))
_START = re.compile(r"^(?:[-+•‣▪●–—>*]+\s+|#+\s*|\*\*|[,;:!?*、。・]+|\.(?=[\s.]|$))")
_END = re.compile(r"(?:\*\*|[,;:、。・…]|\.\.+|\s[!?#.*+-]+|(?<![A-Z])\*)$")
_KEPT_CONTROLS = "\n\t\r\u200c\u200d"  # the last two inside emoji and words of some scripts
# Between two words of a name the one before these is what the thing is: a "glass of wine".
_BEFORE_PREPOSITION = re.compile(r"\s+(?:(?:of|with|for|in|on|from|without)\s+.*|\(.*)$")

IRREGULAR = {
    "children": "child", "dice": "die", "feet": "foot", "geese": "goose", "halves": "half",
    "hooves": "hoof", "knives": "knife", "leaves": "leaf", "lice": "louse", "lives": "life",
    "loaves": "loaf", "men": "man", "mice": "mouse", "oxen": "ox", "people": "person",
    "scarves": "scarf", "shelves": "shelf", "teeth": "tooth", "thieves": "thief",
    "wives": "wife", "wolves": "wolf", "women": "woman", "potatoes": "potato",
    "tomatoes": "tomato", "mangoes": "mango", "buses": "bus", "gases": "gas", "lenses": "lens",
    "axes": "axe", "shoes": "shoe", "canoes": "canoe", "horseshoes": "horseshoe",
    "tiptoes": "tiptoe", "cookies": "cookie", "movies": "movie", "ties": "tie", "pies": "pie",
    "brownies": "brownie", "smoothies": "smoothie", "hoodies": "hoodie", "calves": "calf",
    "algae": "alga", "alumni": "alumnus", "antennae": "antenna", "bacteria": "bacterium",
    "cacti": "cactus", "dwarves": "dwarf", "elves": "elf", "fungi": "fungus",
    "larvae": "larva", "octopi": "octopus", "quizzes": "quiz", "vertebrae": "vertebra",
    "volcanoes": "volcano", "wharves": "wharf",
}  # fmt: skip
# Singular although they end in "s".
_SINGULAR_S = frozenset((
    "alias", "asbestos", "asparagus", "atlas", "bias", "biceps", "bus", "cactus", "canvas",
    "chaos", "chassis", "chess", "christmas", "citrus", "compass", "corps", "cosmos", "gas",
    "gymnastics", "hippopotamus", "hummus", "iris", "lens", "madras", "measles", "molasses",
    "mumps", "news", "octopus", "pancreas", "pampas", "platypus", "rhinoceros", "sassafras",
    "series", "species", "swiss", "tennis", "texas", "thermos", "triceps", "walrus",
))  # fmt: skip
# No "a" before these: they are poured, cut or counted in pieces. The last word decides.
_MASS = frozenset((
    "asphalt", "bacon", "beef", "beer", "blood", "bread", "broccoli", "butter", "cardboard",
    "celery", "cereal", "chalk", "champagne", "charcoal", "cheese", "chocolate", "cider", "clay",
    "cloth", "clothing", "coal", "cocoa", "coffee", "concrete", "cookware", "corn", "cosmetics",
    "cotton", "cream", "crockery", "custard", "cutlery", "dirt", "dough", "equipment", "fabric",
    "flatware", "flour", "foam", "fog", "footwear", "fruit", "fur", "furniture", "garlic",
    "gasoline", "ginger", "glassware", "glitter", "glue", "gold", "granola", "grass", "gravel",
    "gravy", "guacamole", "hair", "hardware", "hay", "headgear", "honey", "hummus", "ice", "ink",
    "ivy", "jam", "jelly", "jewellery", "jewelry", "juice", "ketchup", "knitwear", "lace",
    "laundry", "leather", "lemonade", "lettuce", "linen", "lingerie", "lotion", "luggage",
    "machinery", "mail", "make-up", "makeup", "marble", "mascara", "mayonnaise", "meat", "metal",
    "milk", "mold", "money", "moss", "mud", "mustard", "oatmeal", "oil", "paint", "paper",
    "parsley", "pasta", "perfume", "plastic", "plywood", "pollen", "popcorn", "porcelain",
    "pork", "porridge", "pottery", "powder", "rice", "rubber", "rum", "salami", "salt", "sand",
    "seafood", "seaweed", "shampoo", "silk", "silver", "silverware", "smoke", "snow", "soap",
    "soil", "spaghetti", "spinach", "stationery", "steel", "straw", "sugar", "sunscreen",
    "sushi", "tableware", "tea", "timber", "toast", "tofu", "toothpaste", "traffic", "twine",
    "vanilla", "vinegar", "vodka", "water", "wax", "wheat", "whiskey", "wine", "wood", "wool",
    "yarn", "yoghurt", "yogurt",
))  # fmt: skip
# What `inflect` does not know: figures, and letters that are spelled when they are read.
_AN = re.compile(r"^(?:8|11(?!\d)|18(?!\d)|usher)", re.IGNORECASE)
_CAPITALS = re.compile(r"^([A-Z][A-Z0-9&]*)(?![A-Za-z])")
_READ_OUT = re.compile(r"^[B-DF-HJ-NP-TV-Z]{1,2}[AEIOU][B-DF-HJ-NP-TV-Z]")  # "RAM", "NASA"
_SPELLED = frozenset(("FAQ", "HIV", "LED", "SOS", "SUV"))  # although they could be read out
_SPOKEN_WITH_VOWEL = frozenset("AEFHILMNORSX")  # "an F", "an X", but "a U"


def clean(text: str) -> str:
    """`text` without what no screen shows: halves of characters, NUL and control characters."""
    if text.isascii() and text.isprintable():
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return "".join(char for char in whole if char in _KEPT_CONTROLS or not _is_control(char))


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn", "Co")


@lru_cache(maxsize=65_536)
def tidy_name(name: str) -> str:
    """`name` as shown to people: one line, no quotes, bullets or full stop at its ends.

    What belongs to a name stays: "kite (bird of prey)", "C#", ".NET", "Yahoo!".
    """
    plain = unicodedata.normalize("NFKC", clean(name)).replace("_", " ")
    tidy = " ".join(plain.split())
    while tidy != (shorter := _peel(tidy)):
        tidy = shorter
    return tidy


def _peel(name: str) -> str:
    """`name` without one layer of what does not belong to it."""
    peeled = _END.sub("", _START.sub("", name.strip(_QUOTES + " "))).strip()
    last = peeled.rpartition(" ")[2]
    if peeled.endswith(".") and "." not in last[:-1]:  # "U.S." keeps its stop
        peeled = peeled[:-1]
    for first, second in _PAIRS:
        inner = peeled[len(first) : -len(second)]
        if peeled.startswith(first) and peeled.endswith(second) and first not in inner:
            return inner
    for first, second in _PAIRS[3:]:  # a bracket that has lost its other half
        if peeled.startswith(first) and second not in peeled:
            peeled = peeled[1:]
        if peeled.endswith(second) and first not in peeled:
            peeled = peeled[:-1]
    return peeled


def singular(word: str) -> str:
    """The singular of a lower-case word by rule; a word that is no plural comes back as it is."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in _SINGULAR_S or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 2 else word


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """What two spellings of one name share: case, hyphens, article and plural removed.

    `name_key("The Sports-Cars") == name_key("sports car") == "sports car"`. "" for a name
    without a letter, digit or emoji.
    """
    plain = _SEPARATORS.sub(" ", tidy_name(name).casefold()).strip(_QUOTES + " !?")
    words = _ARTICLE.sub("", plain).split()
    if not words or not any(char.isalnum() or _is_picture(char) for char in plain):
        return ""
    return " ".join([*words[:-1], singular(words[-1])])


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) == "So"  # an emoji names a thing as well as a word does


class Matching:
    """Finds which of some names is meant: letter by letter first, by `name_key` second.

    "glass" and "glasses", "Cat" and "cat" are two names where both are given; where one is given,
    the other means it.

    Args:
        names: the names that can be meant; of two that are alike the first counts.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._ways: tuple[tuple[Callable[[str], str], dict[str, str]], ...] = tuple(
            (way, {}) for way in (str, tidy_name, _caseless, name_key)
        )
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """One more name that can be meant."""
        for way, found in self._ways:
            if key := way(name):
                found.setdefault(key, name)

    def find(self, written: str) -> str | None:
        """The name that `said` means, or None."""
        keys = ((found, way(written)) for way, found in self._ways)
        return next((found[key] for found, key in keys if key in found), None)

    def exactly(self, written: str) -> bool:
        """Whether `said` is one of the names, letter by letter."""
        return written in self._ways[0][1]


def _caseless(name: str) -> str:
    return tidy_name(name).casefold()


def head(name: str) -> str:
    """`name` up to the word that says what the thing is: "glass" of "glass of wine"."""
    return _BEFORE_PREPOSITION.sub("", tidy_name(name))


def _last_word(name: str) -> str:
    return (head(name).casefold().replace("-", " ").split()[-1:] or [""])[0]


def is_plural(name: str) -> bool:
    """True for a name that takes no "a" because it names several, or a pair ("sunglasses")."""
    last = _last_word(name)
    return singular(last) != last


def is_mass(name: str) -> bool:
    """True for a name that takes no "a" because it is not counted ("bread", "toilet paper")."""
    return (head(name).casefold().split()[-1:] or [""])[0] in _MASS


@lru_cache(maxsize=65_536)
def article(name: str) -> str:
    """ "a" or "an", by how `name` begins when spoken: "an hour", "a unicorn", "an SUV"."""
    spoken = re.sub(r"^[\W_]+", "", name)
    if _is_spelled_out(spoken):
        return "an" if spoken[0] in _SPOKEN_WITH_VOWEL else "a"
    if not spoken or _AN.match(spoken):
        return "an" if spoken else "a"
    return _inflect().a(spoken).partition(" ")[0]


def _is_spelled_out(spoken: str) -> bool:
    """True for what begins with capitals that are read letter by letter: "SUV", "X-ray"."""
    found = _CAPITALS.match(spoken)
    if found is None or found[1] in _SPELLED or len(found[1]) == 1:
        return found is not None
    long = len(found[1]) > 3 and any(vowel in found[1] for vowel in "AEIOU")
    return not long and not _READ_OUT.match(found[1])


@cache
def _inflect() -> inflect.engine:
    import inflect  # takes over a second, so only where a sentence is written

    return inflect.engine()


def with_article(name: str, mass: bool = False) -> str:
    """`name` as it stands in a sentence: "an apple", "sunglasses", "bread".

    Args:
        name: a class name; one that has its own article ("the moon") keeps it.
        mass: True when the caller knows it is not counted, whatever the word list says.
    """
    if mass or is_mass(name) or is_plural(name) or _ARTICLE.match(name.casefold()):
        return name
    return f"{article(name)} {name}"


def plain_sentence(name: str) -> str:
    """The sentence that names a class and says nothing else."""
    return f"a photo of {with_article(name)}"
