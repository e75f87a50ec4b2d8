"""English words without a dictionary: one key for all spellings of a name, articles, plurals."""

from __future__ import annotations

import re
import unicodedata

_ARTICLE = re.compile(r"^(?:an?|the|some|any)\s+(?=\S)")
_SEPARATORS = re.compile(r"[\s_\-‐‑‒–—/]+")
_EDGES = " \t\r\n\"'“”‘’`´«».,;:!?*#()[]{}<>"

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
}  # fmt: skip
# Singular although they end in "s".
_SINGULAR_S = frozenset((
    "asparagus", "atlas", "bus", "cactus", "canvas", "chassis", "chess", "christmas", "citrus",
    "compass", "corps", "cosmos", "gas", "gymnastics", "hippopotamus", "hummus", "iris", "lens",
    "measles", "molasses", "mumps", "news", "octopus", "platypus", "rhinoceros", "series",
    "species", "swiss", "tennis", "texas", "walrus",
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
_AN = re.compile(r"^(?:[aeiou]|hour|honest|heir|honou?r)")
_A = re.compile(r"^(?:uni(?!n|m)|us[eau]|euro?|ewe|one\b|once\b|uku|uti|ura|ute|ubi)")
_SPELLED = re.compile(r"^[AEFHILMNORSX](?:[A-Z0-9]+\b|[- ]|$)")


def tidy_name(name: str) -> str:
    """`name` as shown to people: one line, no quotes, bullets or full stop at its ends."""
    plain = unicodedata.normalize("NFKC", name).replace("_", " ")
    return " ".join(plain.split()).strip(_EDGES)


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


def name_key(name: str) -> str:
    """What two spellings of one name share: case, hyphens, article and plural removed.

    `name_key("The Sports-Cars") == name_key("sports car") == "sports car"`. "" for a name
    without a letter or digit.
    """
    plain = _SEPARATORS.sub(" ", tidy_name(name).casefold()).strip(_EDGES)
    words = _ARTICLE.sub("", plain).split()
    if not any(character.isalnum() for character in plain):
        return ""
    return " ".join([*words[:-1], singular(words[-1])])


def is_plural(name: str) -> bool:
    """True for a name that takes no "a" because it names several, or a pair ("sunglasses")."""
    last = tidy_name(name).casefold().split()[-1:] or [""]
    return singular(last[0]) != last[0]


def is_mass(name: str) -> bool:
    """True for a name that takes no "a" because it is not counted ("bread", "toilet paper")."""
    return (tidy_name(name).casefold().split()[-1:] or [""])[0] in _MASS


def article(name: str) -> str:
    """ "a" or "an", by how `name` begins when spoken: "an hour", "a unicorn", "an SUV"."""
    if _SPELLED.match(name):
        return "an"
    start = name.casefold()
    return "an" if _AN.match(start) and not _A.match(start) else "a"


def with_article(name: str, mass: bool = False) -> str:
    """`name` as it stands in a sentence: "an apple", "sunglasses", "bread".

    Args:
        name: a class name.
        mass: True when the caller knows it is not counted, whatever the word list says.
    """
    if mass or is_mass(name) or is_plural(name):
        return name
    return f"{article(name)} {name}"
