"""Which published data set a pool is, told by its classes, wherever it lies; its K and its b."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from laser_core.basics.package_files import package_folder
from laser_core.data.base import bare_name
from laser_core.data.sets.icub_world import CATEGORIES
from laser_core.data.sets.tiny_imagenet import class_names

BATCH_SHARE = 1500 / 50_000  # b of Section 4.1 as a share of the pool
# the same b of larger pools
PAPER_SHARES = {
    "tiny-imagenet": 1500 / 100_000,
    "icubworld": 1500 / 65_000,
}
PAPER_DESCRIPTIONS = {"cifar10": 15, "cifar100": 4, "tiny-imagenet": 2}  # K of Section 4.1
DESCRIPTIONS = 5  # K elsewhere
PRINTED_DESCRIPTIONS = 15  # K elsewhere with settings as printed: the paper's of its first set
# Of a set's classes as many must be in the pool, and of the pool's in the set: a folder that is
# missing or called otherwise makes no other set of 100 or 200, while all of ten have to be there.
_SHARE = 0.95
_CIFAR10 = "airplane automobile bird cat deer dog frog horse ship truck"
_ALSO = {"plane": "airplane", "aeroplane": "airplane", "car": "automobile"}
_CIFAR100 = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus "
    "butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch "
    "crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo "
    "keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse "
    "mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy "
    "porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper "
    "snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television "
    "tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"
)
_TINY_IMAGENET = (  # WordNet's numbers
    "n01443537 n01629819 n01641577 n01644900 n01698640 n01742172 n01768244 n01770393 n01774384 "
    "n01774750 n01784675 n01855672 n01882714 n01910747 n01917289 n01944390 n01945685 n01950731 "
    "n01983481 n01984695 n02002724 n02056570 n02058221 n02074367 n02085620 n02094433 n02099601 "
    "n02099712 n02106662 n02113799 n02123045 n02123394 n02124075 n02125311 n02129165 n02132136 "
    "n02165456 n02190166 n02206856 n02226429 n02231487 n02233338 n02236044 n02268443 n02279972 "
    "n02281406 n02321529 n02364673 n02395406 n02403003 n02410509 n02415577 n02423022 n02437312 "
    "n02480495 n02481823 n02486410 n02504458 n02509815 n02666196 n02669723 n02699494 n02730930 "
    "n02769748 n02788148 n02791270 n02793495 n02795169 n02802426 n02808440 n02814533 n02814860 "
    "n02815834 n02823428 n02837789 n02841315 n02843684 n02883205 n02892201 n02906734 n02909870 "
    "n02917067 n02927161 n02948072 n02950826 n02963159 n02977058 n02988304 n02999410 n03014705 "
    "n03026506 n03042490 n03085013 n03089624 n03100240 n03126707 n03160309 n03179701 n03201208 "
    "n03250847 n03255030 n03355925 n03388043 n03393912 n03400231 n03404251 n03424325 n03444034 "
    "n03447447 n03544143 n03584254 n03599486 n03617480 n03637318 n03649909 n03662601 n03670208 "
    "n03706229 n03733131 n03763968 n03770439 n03796401 n03804744 n03814639 n03837869 n03838899 "
    "n03854065 n03891332 n03902125 n03930313 n03937543 n03970156 n03976657 n03977966 n03980874 "
    "n03983396 n03992509 n04008634 n04023962 n04067472 n04070727 n04074963 n04099969 n04118538 "
    "n04133789 n04146614 n04149813 n04179913 n04251144 n04254777 n04259630 n04265275 n04275548 "
    "n04285008 n04311004 n04328186 n04356056 n04366367 n04371430 n04376876 n04398044 n04399382 "
    "n04417672 n04456115 n04465501 n04486054 n04487081 n04501370 n04507155 n04532106 n04532670 "
    "n04540053 n04560804 n04562935 n04596742 n04597913 n06596364 n07579787 n07583066 n07614500 "
    "n07615774 n07695742 n07711569 n07715103 n07720875 n07734744 n07747607 n07749582 n07753592 "
    "n07768694 n07871810 n07873807 n07875152 n07920052 n09193705 n09246464 n09256479 n09332890 "
    "n09428293 n12267677"
)


def set_of(pool: str, classes: Iterable[str], said: str = "") -> str:
    """The published set that a pool is: what somebody says, else what its classes or name tell.

    Args:
        pool: as the user named it; it comes back where nothing else is known.
        classes: of the pool.
        said: `ExperimentConfig.data_set`; "" if nobody says.
    """
    return said or published_set(classes) or pool


def usual_descriptions(data_set: str, otherwise: int = DESCRIPTIONS) -> int:
    """K where nobody sets it: by what the pool is, not by what it is called.

    Args:
        data_set: from `set_of`.
        otherwise: K of a pool that is none of the paper's.
    """
    return PAPER_DESCRIPTIONS.get(data_set, otherwise)


def usual_batch(data_set: str, size: int) -> int:
    """b where nobody sets it: the paper's 1,500, as a share of what the set has.

    So the whole of CIFAR-10 and of Tiny-ImageNet both give 1,500, and a tenth of either 150.

    Args:
        data_set: from `set_of`.
        size: pictures in the pool.
    """
    share = PAPER_SHARES.get(data_set, BATCH_SHARE)
    return max(1, round(share * size))


def usual_known_share(data_set: str) -> float:
    """The share of relevant images that published runs start from: 1% of CIFAR-10, else 8%."""
    return 0.01 if data_set == "cifar10" else 0.08


def published_set(classes: Iterable[str]) -> str:
    """ "cifar10", "cifar100", "tiny-imagenet" or "icubworld" if `classes` are that set's, else "".

    Names may be spelled with "_", "-" or spaces, in any case, with a number before them
    ("3_cat"); Tiny-ImageNet's may be WordNet's numbers or names.
    """
    found = {_key(name) for name in classes}
    for name, lists in _sets().items():
        for known in lists:
            alike = len(found & known)
            if found and alike >= _SHARE * len(known) and alike >= _SHARE * len(found):
                return name
    return ""


@cache
def _sets() -> dict[str, tuple[frozenset[str], ...]]:
    """Name -> the ways in which its classes may be named."""
    numbers = _TINY_IMAGENET.split()
    return {
        "cifar10": (frozenset(map(_key, _CIFAR10.split())),),
        "cifar100": (frozenset(map(_key, _CIFAR100.split())),),
        "tiny-imagenet": (frozenset(numbers), frozenset(map(_key, _names(numbers)))),
        "icubworld": (frozenset(CATEGORIES), frozenset(map(_key, CATEGORIES.values()))),
    }


def _names(numbers: list[str]) -> list[str]:
    """What the set of Tiny-ImageNet calls them, from WordNet's names in the package timm."""
    path = package_folder("timm", "timm") / "data" / "_info" / "imagenet_synset_to_lemma.txt"
    return list(class_names(numbers, path.read_text(encoding="utf-8").splitlines()).values())


def _key(name: str) -> str:
    bare = bare_name(re.sub(r"^[0-9]+[ _.-]+", "", name))
    return _ALSO.get(bare, bare)
