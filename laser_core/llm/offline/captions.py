"""Simple sentences about a class, as captions of photos: what such a thing does, where it stands.

Each kind of thing has its own captions; {a} is the class with its article ("an apple", "bread").
They have no verb that must agree with the class, so they fit plurals and mass nouns too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from types import MappingProxyType

from laser_core.llm.lexicon.words import with_article

FIRST = "a photo of {a}"  # always: the paper's K = 0 ablation uses it alone

_TEXT = """\
animal: {a} lying down | {a} standing on grass | {a} walking | {a} running in a field | a
  close-up photo of the face of {a} | {a} sleeping | {a} sitting and looking at the camera | {a}
  eating | {a} drinking water | {a} playing | a person touching {a} | {a} in a forest | {a} seen
  from behind | {a} in the snow
bird: {a} sitting on a branch | {a} flying in the sky | {a} standing on the ground | a close-up
  photo of the head of {a} | {a} spreading its wings | {a} on the water | {a} in a nest | {a} on
  a wire | {a} looking for food in the grass | {a} on a rock | {a} landing | {a} seen from the
  side | {a} on a roof | {a} singing
fish: {a} swimming in clear water | {a} in an aquarium | a person holding {a} | {a} among plants
  under water | {a} seen from the side | a freshly caught {name} | a close-up photo of the head
  of {a} | {a} out of the water | {a} near the bottom of the sea | {a} at the surface of the
  water | {a} in a net | {a} jumping out of the water
insect: {a} on a leaf | {a} on a flower | a close-up photo of {a} on a white background | {a} on
  a twig | {a} on the ground | {a} on a hand | {a} on a wall | {a} seen from above | {a} in the
  grass | {a} on the bark of a tree | {a} eating a leaf | {a} seen from the side
reptile: {a} on a rock | {a} in the grass | {a} on a branch | {a} in the water | {a} on sand | a
  close-up photo of the head of {a} | a person holding {a} | {a} lying in the sun | {a} in a
  terrarium | {a} on a leaf | {a} crawling | {a} with its mouth open
sea animal: {a} in the sea | {a} on a beach | {a} in an aquarium | {a} on the sea floor | {a} on
  a rock | {a} under water | a person holding {a} | {a} at the surface of the water | a close-up
  photo of {a} in clear water | {a} swimming | {a} on sand | {a} seen from above
vehicle: {a} on the move | {a} seen from the side | {a} seen from the front | {a} parked | a
  person getting into {a} | {a} far away under a blue sky | {a} at a station or a stop | an old
  {name} | a shiny new {name} | {a} in the rain | {a} seen from above | {a} carrying people |
  {a} carrying a load | {a} in the evening sun | {a} being repaired
food: {a} on a table | {a} on a wooden board | a person eating {a} | a piece of {name} | {a} cut
  in pieces | {a} on a kitchen table | fresh {name} at a market | {a} seen from above | {a}
  served with other food | {a} in a hand | {a} in a shop window | {a} with a bite missing
fruit: {a} growing outdoors | {a} cut in half | a large {name} | {a} in a hand | {a} on a branch
  with leaves | {a} on a wooden table | a person eating {a} | fresh {name} at a market | {a} with
  drops of water | slices of {name} | {a} on the grass | a ripe {name} | {a} on a white
  background | {a} seen from above
vegetable: {a} on a cutting board | {a} cut in slices | fresh {name} at a market | {a} on the
  ground | {a} growing in a garden | {a} in a hand | {a} on a kitchen table | {a} in the kitchen
  | {a} with leaves | {a} with drops of water | {a} being washed | {a} on a white background
drink: a glass filled with {name} | {a} on a table | {a} being poured | a person drinking {name}
  | a cup filled with {name} | a bottle filled with {name} | {a} with ice | {a} on a bar | a sip
  of {name} | {a} seen from above | a close-up photo of {a} in a glass | {a} in a hand
garment: a person wearing {a} | {a} on a hanger | a folded {name} | {a} in a shop | {a} on a
  chair | {a} lying flat on a white background | a person putting on {a} | {a} hanging up to dry
  | {a} on a mannequin | a colourful {name} | {a} on the floor | {a} on a clothes line | a new
  {name} | a child wearing {a}
accessory: a person wearing or using {a} | {a} on a dressing table | {a} in an open hand | {a}
  seen from the front | {a} in a shop window | {a} in its box | {a} lying on a cloth | {a} on a
  marble shelf | an elegant {name} | a person showing {a} | {a} on a white background | {a}
  standing on a bathroom shelf | a person choosing {a} | {a} on a wooden table
container: {a} on a table | an empty {name} | {a} filled to the top | {a} on a shelf | a person
  holding {a} | {a} seen from above | {a} in a kitchen | {a} with a pattern on it | a shiny
  {name} | {a} next to a window | {a} lying on its side | {a} being filled | a dusty old {name} |
  {a} on a white background
kitchenware: {a} on a kitchen table | {a} in use | {a} with food | a clean and empty {name} | {a}
  in a kitchen sink | {a} on a table laid for dinner | a shiny {name} | {a} seen from above | a
  person holding {a} | {a} on a shelf | a person cooking with {a} | {a} ready for use | {a} in a
  drawer | {a} on a white background
tool: {a} on a workbench | a person working with {a} | {a} in a toolbox | {a} on the ground |
  {a} hanging on a wall | {a} in a hand | a rusty old {name} | {a} with a wooden handle | {a} in
  a workshop | {a} seen from above | {a} next to a piece of wood | {a} in a shop | {a} on a
  white background | {a} made of steel
furniture: {a} in a living room | {a} next to a window | {a} in a shop | {a} made of wood | {a}
  in an empty room | a person using {a} | {a} against a wall | {a} seen from the front | an
  old-fashioned {name} | a modern {name} | {a} on a wooden floor | {a} on a carpet | {a} in a
  garden | {a} in a corner of a room
electronics: {a} on a desk | a person using {a} | {a} switched on | {a} switched off | {a} with
  its cable | {a} in an office | {a} in a hand | a black {name} | a new {name} | {a} in a shop |
  an old {name} | {a} in a living room | {a} seen from above | {a} on a white background
musical instrument: a person playing {a} | a musician with {a} | {a} on a stand | {a} in its case
  | {a} on a chair | a close-up photo of part of {a} | {a} in a music shop | a shiny {name} | a
  child playing {a} | {a} in an orchestra | {a} on a carpet | {a} leaning against a wall
sports thing: {a} on the grass | {a} in a hand | a child playing with {a} | {a} in a sports hall
  | {a} in use during a game | {a} on a playing field | {a} on the floor | {a} in a shop | an
  athlete with {a} | a worn and dirty {name} | {a} in the air | {a} on a bench | {a} ready for a
  game | {a} on a white background
weapon: {a} in a hand | {a} on a wall | {a} in a museum | {a} on a table | an old {name} | a
  soldier with {a} | {a} on the ground | {a} on a stand | {a} seen from the side | {a} in use
office thing: {a} on a desk | a person using {a} | {a} in a hand | {a} in an office | {a} in a
  stack | {a} on a shelf | {a} lying open or ready | a new {name} | {a} seen from above | an old
  {name} | {a} seen from the side | {a} on a white background
instrument: {a} on a table | a person using {a} | {a} on a wall | {a} in a laboratory | {a} in a
  hand | a close-up photo of the scale of {a} | an old {name} | {a} in its case | {a} on a shelf
  | {a} on a white background
building: {a} seen from the street | {a} under a blue sky | {a} at night | an old {name} |
  people in front of {a} | {a} behind trees | {a} made of stone | {a} seen from above | a modern
  {name} | the entrance of {a} | {a} in the countryside | {a} in a city
person: {a} smiling | {a} standing | {a} sitting | {a} walking in the street | {a} at work | a
  close-up photo of the face of {a} | {a} with other people | {a} indoors | {a} outdoors
landscape: {a} under a blue sky | {a} at sunset | {a} seen from far away | {a} in winter | {a}
  with people | {a} seen from above | {a} in the fog | {a} in bright light | {a} with trees
plant: {a} in a garden | a young {name} | a close-up photo of the leaves of {a} | {a} in bloom |
  {a} in a field | {a} in a forest | {a} indoors in daylight | a large {name} | {a} seen from
  above | {a} in the sun
flower: {a} in a garden | a cut {name} | a close-up photo of {a} in bloom | {a} in a field | {a}
  with open petals | {a} in a bunch | {a} with green leaves | {a} in a hand | a wild {name}
tree: {a} in a park | {a} in a field | the leaves of {a} | {a} in autumn | {a} in winter | {a}
  in a forest | {a} under a blue sky | the trunk of {a} | {a} next to a road | {a} in bloom
mushroom: {a} on the forest floor | {a} in the grass | {a} in a hand | {a} cut in slices | {a}
  among leaves | {a} on a tree trunk | {a} seen from the side | {a} on a kitchen table
material: a roll of {name} | {a} on a table | a close-up photo of the surface of {a} | folded
  {name} | {a} in a shop | {a} in a workshop | a piece of {name} | {a} seen from above
"""


def _read(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(kind, captions) of a text with one kind a paragraph; lines that go on are indented."""
    for paragraph in text.replace("\n  ", " ").strip().splitlines():
        kind, _, sentences = paragraph.partition(": ")
        yield kind, tuple(sentence.strip() for sentence in sentences.split("|"))


CAPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(dict(_read(_TEXT)))
# For every kind, and all there is for a "thing"; together with FIRST they are more than 30.
COMMON: tuple[str, ...] = dict(
    _read(
        """\
any: a close-up photo of {a} | {a} in the foreground | a small photo of {a} | a bright photo of
  {a} | {a} indoors | {a} outdoors | a dark photo of {a} | {a} in the middle of the picture |
  {a} seen from the side | a blurry photo of {a} | {a} next to other things | a person with {a}
  | {a} partly hidden | a clear photo of {a} | {a} on a plain background | {a} in daylight | a
  photo of {a} from a catalogue | a photo of {a} taken from above | {a} seen from far away | a
  large photo of {a} | {a} with a shadow | a photo of {a} taken with a phone | {a} on its own |
  {a} among others of its kind | a good photo of {a} | a photo of {a} in a room | a photo of {a}
  in the street | a cropped photo of {a} | a photo of {a} at night | a photo of {a} in a museum
  | a black and white photo of {a} | a photo of {a} in soft light
"""
    )
)["any"]


def captions(
    name: str,
    kind: str,
    wanted: int,
    aliases: Sequence[str] = (),
    mass: bool = False,
) -> list[str]:
    """`wanted` different sentences about the class `name`, each about one simple photo.

    The first is "a photo of a {name}"; then aliases and the kind's captions take turns, then the
    captions that fit everything.

    Args:
        name: the class.
        kind: a key of `CAPTIONS`; any other gets the captions that fit everything.
        wanted: 0 to 30; more are given as long as there are captions.
        aliases: synonyms and sub-kinds, as `aliases.Alias.phrase` puts them after "a photo of".
        mass: True for a name that is not counted, so takes no article.
    """
    texts = (_fill(text, name, mass) for text in CAPTIONS.get(kind, ()))
    first = [_fill(FIRST, name, mass), *(f"a photo of {alias}" for alias in aliases[:1])]
    common = (_fill(text, name, mass) for text in COMMON)
    found: dict[str, None] = {}
    for text in chain(first, _in_turn(texts, aliases[1:]), common):
        if len(found) >= wanted:
            break
        found[text] = None
    return list(found)


def _in_turn(texts: Iterable[str], aliases: Sequence[str]) -> Iterator[str]:
    for text, alias in zip_longest(texts, aliases):
        if text is not None:
            yield text
        if alias is not None:
            yield f"a photo of {alias}"


def _fill(text: str, name: str, mass: bool) -> str:
    subject = with_article(name, mass)
    if subject == name:  # "an old sunglasses" would be wrong: the article goes with the noun's
        for start in ("a ", "an "):
            if text.startswith(start) and text.endswith("{name}") and " of " not in text:
                text = text.removeprefix(start)
    return text.replace("{a}", subject).replace("{name}", name)
