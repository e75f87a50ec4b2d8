"""What kind of thing a word names (animal, vehicle, garment, ...), from its field and its gloss.

The kinds are those that are photographed differently: each has its own captions. A meaning's kind
is that of the nearest wider kind in its gloss chain listed in `ROOTS`, else that of its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from laser_core.llm.lexicon.genus import genus_candidates
from laser_core.llm.lexicon.synsets import Lexicon, Synset, quick_key

OTHER = "thing"

# General words of the language, not the classes of any data set; a nearer one wins over a wider.
ROOTS: Mapping[str, str] = MappingProxyType(
    {
        "garment": (
            "garment, clothing, apparel, attire, wear, headdress, headgear, footwear, shoe, "
            "boot, sandal, slipper, overgarment, undergarment, underwear, swimsuit, swimwear, "
            "jacket, coat, dress, skirt, trouser, pants, shirt, blouse, sweater, jersey, "
            "hosiery, stocking, sock, scarf, neckwear, suit, robe, cloak, gown, apron, hat, "
            "cap, glove, hood, nightwear, uniform, protective garment, handwear, veil, shawl, "
            "belt, sash, corset, costume, helmet, bonnet, outerwear, shorts, necktie"
        ),
        "accessory": (
            "jewelry, jewel, cosmetic, makeup, toiletry, spectacles, optical instrument, "
            "bracelet, necklace, ring, earring, brooch, handbag, purse, wallet, hairpiece, "
            "barrette, hairpin, comb, watch, hairdressing, fan, cane, adornment, ornament, pin, "
            "perfume, umbrella, goggles, hairbrush, razor, canopy, walking stick"
        ),
        "vehicle": (
            "vehicle, craft, aircraft, airplane, heavier-than-air craft, boat, ship, motor "
            "vehicle, wheeled vehicle, self-propelled vehicle, car, truck, bus, train, public "
            "transport, bicycle, motorcycle, carriage, wagon, cart, locomotive, sled, sailing "
            "vessel, sailing ship, warship, submersible, military vehicle, helicopter, glider, "
            "balloon, airship, conveyance, van, tractor, passenger train, passenger car, "
            "sailboat, watercraft, small boat, spacecraft, rocket"
        ),
        "container": (
            "container, vessel, receptacle, bottle, box, bag, basket, jar, can, cup, glass, "
            "drinking glass, mug, bowl, pot, vase, case, bin, barrel, cask, bucket, tank, jug, "
            "pitcher, drinking vessel, drinkware, glassware, crockery, ceramic ware, porcelain, "
            "china, earthenware, saucer, luggage, baggage, backpack, pail, chest, crate, flask, "
            "tub, cistern, urn, coffin, beaker, envelope, dispenser"
        ),
        "kitchenware": (
            "kitchen utensil, kitchenware, cooking utensil, cookware, pan, saucepan, utensil, "
            "tableware, dish, cutlery, spoon, kitchen appliance, coffee maker, oven, stove, "
            "kettle, cooker, grill, strainer, sieve, whisk, tray, teapot, flatware, silverware, "
            "ladle, spatula, mixer, table knife, grater, wok, caldron, griddle, refrigerator, "
            "toaster"
        ),
        "tool": (
            "tool, hand tool, edge tool, cutting implement, implement, hammer, wrench, saw, "
            "handsaw, drill, power tool, screwdriver, pliers, file, chisel, ax, axe, cutter, "
            "shovel, spade, hoe, rake, garden tool, plane, clamp, vise, lever, brush, broom, "
            "cleaning implement, scissors, shears, fastener, screw, nail, bolt, hook, lock, "
            "key, needle, rope, ladder, jack, pick, crowbar, mop, tongs, lawn mower, mower, "
            "sharpener, trowel, punch, farm machine, chain, hinge, padlock"
        ),
        "furniture": (
            "furniture, chair, seat, table, bed, sofa, couch, desk, bench, stool, cabinet, "
            "bookcase, shelf, wardrobe, cupboard, lamp, electric lamp, chest of drawers, "
            "bedroom furniture, dining-room furniture, dining table, rack, piece of furniture, "
            "lighting fixture, mirror, curtain, rug, carpet, pillow, cushion, mattress, "
            "bedclothes, blanket, bathtub, sink, toilet, plumbing fixture, buffet, candle, "
            "candlestick, cradle, drawer, dresser, floor cover, clock, source of illumination, "
            "light, lantern, crib, hearth, fireplace, towel, bath linen, linen"
        ),
        "electronics": (
            "electronic equipment, electronic device, computer, digital computer, telephone, "
            "camera, television, receiver, radio, loudspeaker, peripheral, computer peripheral, "
            "keyboard, monitor, display, home appliance, appliance, electrical device, "
            "headphones, earphone, microphone, recorder, player, projector, printer, "
            "photographic equipment, audio system, amplifier, memory device, data input device, "
            "calculator, machine, console, modem, remote control, personal computer, portable "
            "computer, semiconductor device, circuit, data processor, battery, white goods, "
            "electric motor, telephone set, joystick, tape recorder, office equipment"
        ),
        "musical instrument": (
            "musical instrument, stringed instrument, wind instrument, percussion instrument, "
            "keyboard instrument, brass, woodwind, drum, guitar, piano, organ, horn, bell, "
            "flute, free-reed instrument, bowed stringed instrument, reed instrument"
        ),
        "sports thing": (
            "game equipment, sports equipment, sports implement, ball, racket, bat, club, golf "
            "club, ski, skate, surfboard, baseball equipment, golf equipment, gymnastic "
            "apparatus, exercise device, weight, plaything, toy, doll, game, puppet, playing "
            "card, card, chessman, boxing equipment, badminton equipment, arrow, bow, goal, "
            "hockey stick, kite, parachute, free weight, bowling equipment, croquet equipment, "
            "tennis equipment, puck, swing, playground"
        ),
        "weapon": (
            "weapon, gun, firearm, pistol, rifle, bomb, missile, sword, explosive device, "
            "cannon, artillery, projectile, weapon system, spear, dagger, shield, body armor, "
            "armor, munition"
        ),
        "office thing": (
            "writing implement, pen, pencil, paper, book, stationery, notebook, publication, "
            "magazine, newspaper, writing board, office supply, eraser, stapler, ruler, album, "
            "drawing implement, document, crayon, folder, map, letter, binder, product, "
            "creation, bookend"
        ),
        "instrument": (
            "instrument, measuring instrument, scientific instrument, medical instrument, "
            "measuring device, timepiece, thermometer, meter, gauge, scale, telescope, "
            "microscope, magnifier, navigational instrument, surgical instrument, optical "
            "device, lens, medical device, timer, hourglass, compass, barometer"
        ),
        "building": (
            "building, house, structure, dwelling, residence, housing, shelter, tower, bridge, "
            "shop, mercantile establishment, establishment, church, place of worship, school, "
            "restaurant, factory, farm building, outbuilding, hotel, library, hospital, "
            "theater, public building, fortification, castle, palace, monument, memorial, "
            "station, stadium, fence, wall, gate, tent, arch, column, dam, pier, roof, barrier, "
            "obstruction, road, street, way, highway, room, hall, area, door, window, facility, "
            "plant, workplace, mill, patio, garden, court, terminal, stairs, fountain"
        ),
        "material": (
            "fabric, cloth, material, textile, yarn, leather, fiber, thread, coating, paint, "
            "pigment, sheet, wood, metal, plastic, glass fiber, felt, silk, cotton, wool, lace, "
            "net, canvas, tile, brick"
        ),
    }
)
_ROOT_KIND = {word: kind for kind, words in ROOTS.items() for word in words.split(", ")}
# The animal field is numbered along the tree of life: first offsets of its great branches.
_ANIMALS = (
    (1_314_388, "animal"), (1_429_172, "fish"), (1_501_160, "bird"), (1_627_424, "reptile"),
    (1_767_661, "insect"), (1_791_107, "bird"), (1_861_148, "animal"), (1_902_877, "sea animal"),
    (2_000_000, "bird"), (2_062_017, "sea animal"), (2_083_346, "animal"), (2_152_881, "animal"),
    (2_159_271, "insect"), (2_315_487, "sea animal"), (2_323_449, "animal"), (2_512_053, "fish"),
)  # fmt: skip
_FOOD_ROOTS = {
    "drink": (
        "drink, beverage, alcohol, wine, beer, coffee, tea, juice, milk, water, cocktail, "
        "liquor, mixed drink, liqueur, soft drink, punch, fruit drink, brew, whiskey, ale, "
        "table wine, cider, rum, brandy"
    ),
    "fruit": (
        "fruit, edible fruit, citrus, citrus fruit, berry, apple, melon, drupe, pear, plum, "
        "grape, cherry, peach, orange, banana, nut, edible nut, date, fig"
    ),
    "vegetable": (
        "vegetable, root vegetable, solanaceous vegetable, green, leafy vegetable, cabbage, "
        "squash, bean, legume, lettuce, onion, pepper, potato, tuber, root, salad green, "
        "cruciferous vegetable, green bean, pea, sweet pepper, mushroom, herb, shoot"
    ),
}
_FOOD_KIND = {word: kind for kind, words in _FOOD_ROOTS.items() for word in words.split(", ")}
_FIELD_KIND = {
    "food": "food", "plant": "plant", "person": "person", "nature": "landscape",
    "place": "landscape", "body": "body part", "communication": "office thing",
    "weather": "landscape",
}  # fmt: skip
# Kinds that are met in the same places and taken for one another.
_GROUPS = (
    ("animal", "bird", "fish", "insect", "reptile", "sea animal"),
    ("garment", "accessory"),
    ("container", "kitchenware"),
    ("kitchenware", "tool"),
    ("food", "fruit", "vegetable", "drink", "mushroom"),
    ("electronics", "office thing", "instrument"),
    ("tool", "weapon"),
    ("building", "landscape"),
    ("plant", "tree", "flower"),
)
_PLANT_ROOTS = {"tree": "tree", "flower": "flower", "fungus": "mushroom", "mushroom": "mushroom"}


def kind_of(synset: Synset, words: Lexicon) -> str:
    """The kind of one meaning: a key of `ROOTS`, "animal", "bird", "fish", "insect", "fruit", ...

    `OTHER` for an artifact or an abstract thing whose gloss leads to no listed kind.
    """
    chain = [synset, *words.ancestors(synset)]
    match synset.field:
        case "animal":
            return _animal_kind(synset)
        case "artifact":
            return _nearest_known_kind(chain, _ROOT_KIND) or OTHER
        case "food":
            return _nearest_known_kind(chain, _FOOD_KIND) or _food_by_gloss(synset)
        case "plant":
            return _nearest_known_kind(chain, _PLANT_ROOTS) or _plant_by_gloss(synset)
    return _FIELD_KIND.get(synset.field, OTHER)


def same_group(kind: str, other: str) -> bool:
    """True for kinds that are the same or are met in the same places (garment and accessory)."""
    return kind == other or any(kind in group and other in group for group in _GROUPS)


def _nearest_known_kind(chain: list[Synset], kinds: Mapping[str, str]) -> str:
    """The kind of the nearest listed name in a chain, or of the words with which it breaks off."""
    for step in chain:
        for name in step.names:
            # letter by letter first: a spectacle is no spectacles
            for word in (name.casefold(), quick_key(name)):
                if word in kinds:
                    return kinds[word]
    opening = map(quick_key, genus_candidates(chain[-1].gloss))
    return next((kinds[words] for words in opening if words in kinds), "")


def _animal_kind(synset: Synset) -> str:
    offset = int(synset.key[1:])
    return next(kind for first, kind in reversed(_ANIMALS) if offset >= first)


def _food_by_gloss(synset: Synset) -> str:
    text = synset.gloss.casefold()
    for kind in ("fruit", "vegetable", "drink"):
        if kind in text.split(";")[0]:
            return kind
    return "food"


def _plant_by_gloss(synset: Synset) -> str:
    text = f"{' '.join(synset.names)} {synset.gloss}".casefold()
    return next((kind for kind in ("tree", "flower") if kind in text), "plant")
