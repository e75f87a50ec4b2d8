import numpy as np
import pytest

from laser_core.llm import refusals as names_module
from laser_core.llm.lexicon.synsets import Lexicon, Synset, lexicon
from laser_core.llm.lexicon.words import article, is_mass, is_plural, name_key, with_article
from laser_core.llm.offline.everyday import everyday_synsets
from laser_core.llm.refusals import Judge, refuse, relation

KNOWN = lexicon()


@pytest.mark.parametrize(
    "other", ["Sports Cars", "sports-car", "the sports car", " sports_car. ", "“sports car”"]
)
def test_spellings_of_one_name_share_a_key(other):
    assert name_key(other) == name_key("sports car")


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("knives", "knife"),
        ("boxes", "box"),
        ("mice", "mouse"),
        ("buses", "bus"),
        ("glass", "glass"),
    ],
)
def test_plurals_share_the_key_of_the_singular(plural, one):
    assert name_key(plural) == one


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("apple", "an apple"), ("hourglass", "an hourglass"), ("unicycle", "a unicycle"),
        ("umbrella", "an umbrella"), ("SUV", "an SUV"), ("one-way sign", "a one-way sign"),
        ("sunglasses", "sunglasses"), ("scissors", "scissors"), ("bread", "bread"),
        ("toilet paper", "toilet paper"), ("perfume", "perfume"), ("wine glass", "a wine glass"),
        ("bus", "a bus"), ("dress", "a dress"), ("lens", "a lens"),
    ],
)  # fmt: skip
def test_names_get_the_article_that_people_use(name, said):
    assert with_article(name) == said


def test_plurals_and_mass_nouns_are_known():
    assert (is_plural("sunglasses"), is_plural("glass")) == (True, False)
    assert (is_mass("orange juice"), is_mass("orange"), article("hour")) == (True, False, "an")


@pytest.mark.parametrize(
    ("name", "relevant", "reason"),
    [
        ("Cars", "car", "repeats the relevant class 'car'"),
        ("auto", "car", "a synonym of the relevant class 'car'"),
        ("spectacles", "glasses", "a synonym"),
        ("sports car", "car", "a sub-kind"),
        ("limousine", "car", "a sub-kind"),
        ("poodle", "dog", "a sub-kind"),
        ("Egyptian cat", "cat", "a sub-kind"),
        ("electric guitar", "guitar", "a sub-kind"),
        ("self-watering flower pot", "flower pot", "a sub-kind"),
        ("glass of wine", "glass", "a sub-kind"),
        ("vehicle", "car", "a wider kind that includes the relevant class 'car'"),
        ("computer", "laptop", "a wider kind"),
    ],
)
def test_names_that_are_no_class_of_their_own_are_refused_with_the_reason(name, relevant, reason):
    assert reason in relation(name, relevant, KNOWN)


@pytest.mark.parametrize(
    ("name", "relevant"),
    [
        ("wolf", "dog"), ("hot dog", "dog"), ("sea horse", "horse"), ("pineapple", "apple"),
        ("truck", "car"), ("car key", "car"), ("stool", "chair"), ("guinea pig", "pig"),
        ("cup", "mug"), ("prairie dog", "dog"), ("jellyfish", "fish"), ("piano", "keyboard"),
    ],
)  # fmt: skip
def test_names_that_only_look_or_sound_alike_are_kept(name, relevant):
    assert relation(name, relevant, KNOWN) == ""


def test_refused_names_are_shown_in_order_with_their_reasons():
    names = refuse(["wolf", "puppy", "fox", "Wolves", "***"], ["dog"], excluded=["fox"])
    assert names.names == ("wolf",)
    shown = [(refused.name, refused.reason) for refused in names.refused]
    assert shown == [
        ("puppy", "a sub-kind of the relevant class 'dog'"),
        ("fox", "known already"),
        ("Wolves", "named twice"),
        ("", "not a name"),
    ]


def test_names_too_near_in_meaning_are_refused_where_the_caller_gives_vectors():
    vectors = {"cup": [1.0, 0.0], "jug": [0.6, 0.8], "mug": [0.96, 0.28]}
    names = refuse(
        ["mug", "jug"], ["cup"], encode=lambda t: np.array([vectors[x] for x in t]), threshold=0.9
    )
    assert names.names == ("jug",)
    assert "nearly the same in meaning as the relevant class 'cup' (cosine 0.96)" in str(names)


def test_the_kind_is_read_out_of_the_gloss():
    words = Lexicon(
        {
            "n03000001": Synset("n03000001", ("seat",), "furniture to sit on"),
            "n03000002": Synset("n03000002", ("chair",), "a seat for one person, with a back"),
            "n03000003": Synset("n03000003", ("armchair",), "any of several soft chairs that..."),
        },
        photographed=["n03000003"],
    )
    (armchair,) = words.senses("Armchairs")
    assert [wider.name for wider in words.ancestors(armchair)] == ["chair", "seat"]
    assert words.photographed_kinds(words.senses("seat")[0]) == [armchair]


def test_the_number_of_a_synset_tells_its_field():
    fields = {name: KNOWN.senses(name)[0].field for name in ("poodle", "hammer", "bagel", "oak")}
    assert fields == {"poodle": "animal", "hammer": "artifact", "bagel": "food", "oak": "plant"}


def test_the_lexicon_is_read_without_loading_torch():
    import subprocess
    import sys

    code = (
        "import sys; from laser_core.llm.refusals import refuse; refuse(['wolf'], ['dog']);"
        "sys.exit('torch' in sys.modules or 'timm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_names_are_judged_by_keys_as_they_would_be_in_pairs():
    """D6: looking up what has a sign in common finds every relation that pairs have."""
    names = [
        synset.name for field in ("animal", "artifact") for synset in everyday_synsets(field)[::45]
    ]
    relevant = [
        "dog",
        "car",
        "glass",
        "vehicle",
        "sports car",
        "wine bottle",
        "bird",
        "cats",
        "tool",
    ]
    names += ["glass of wine", "glasses", "Egyptian cat", "hot dog", "computer", "bottle", "Cars"]
    relevant += ["offspring", "purebred"]  # related by meaning alone
    names += ["young", "thoroughbred"]
    judge = Judge(KNOWN, relevant)
    for name in names:
        pairs = (relation(name, known, KNOWN) for known in relevant)
        assert judge.why_not(name) == next(filter(None, pairs), ""), name


def test_ten_thousand_names_are_not_compared_in_pairs(monkeypatch):
    """D6: the work grows with the number of names, not with its square."""
    compared = []
    monkeypatch.setattr(names_module, "relation", lambda *a: compared.append(a) or "")
    names = [f"thing {number} of it" for number in range(2000)]
    assert len(refuse(names, [f"other {n}" for n in range(500)], names[:1000]).names) == 1000
    assert len(compared) < 2000


def test_two_meanings_of_one_spelling_are_no_repeat():
    """E6: "glasses" beside "glass"; another case alone is one."""
    assert refuse(["glasses", "Glass"], ["glass"]).names == ("glasses",)
    assert refuse(["🦊", "🐺", "🦊"], ["dog"]).names == ("🦊", "🐺")
