"""The research data sets, through torchvision's own classes on tiny files of the real formats."""

from __future__ import annotations

import gzip
import hashlib
import pickle  # only to write files of CIFAR's own format; torchvision checks sums before reading
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import numpy as np
import pytest
from pool_pictures import assert_refused, write
from torchvision import datasets

from laser_core.data.sets.torchvision_sets import open_set
from laser_core.errors import PoolError
from laser_core.experiment.plan import plan
from tests.fakes import config

NOWHERE = "http://127.0.0.1:9"  # this machine, a port where nobody listens


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def served(tmp_path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which this machine, and no network, offers its files."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def pixels(first: int, count: int, *shape: int) -> np.ndarray:
    """`count` pictures of one shade each: `first`, `first` + 1, ..."""
    shades = np.arange(first, first + count, dtype=np.uint8)
    return np.repeat(shades, int(np.prod(shape))).reshape(count, *shape)


def cifar(tmp_path: Path, *, labels: str = "labels", names: str = "label_names"):
    """A torchvision CIFAR class for 3 + 2 pictures of 2 classes, and its packed file."""
    parts = {
        "train": {"data": pixels(0, 3, 3072), labels: [1, 0, 1]},
        "test": {"data": pixels(9, 2, 3072), labels: [0, 1]},
        "meta": {names: ["maple_tree", "aquarium_fish"]},
    }
    packed = tmp_path / "packed"
    files = {f"small/{name}": pickle.dumps(part) for name, part in parts.items()}
    write(packed, files)
    with tarfile.open(packed / "small.tar.gz", "w:gz") as archive:
        archive.add(packed / "small", "small")

    class Small(datasets.CIFAR10):
        base_folder = "small"
        filename = "small.tar.gz"
        url = f"{NOWHERE}/small.tar.gz"
        tgz_md5 = md5((packed / "small.tar.gz").read_bytes())
        train_list = (("train", md5(files["small/train"])),)
        test_list = (("test", md5(files["small/test"])),)
        meta = {"filename": "meta", "key": names, "md5": md5(files["small/meta"])}  # noqa: RUF012

    Small.train_list, Small.test_list = list(Small.train_list), list(Small.test_list)
    return Small, packed


def test_cifar_is_read_with_readable_names_in_its_own_order(tmp_path):
    small, packed = cifar(tmp_path)
    source = open_set("cifar10", packed, SimpleNamespace(CIFAR10=small))
    assert source.classes() == ["maple tree", "aquarium fish"]
    assert source.counts("pool") == {"maple tree": 1, "aquarium fish": 2}
    assert source.ids("pool").tolist() == ["train/00000", "train/00001", "train/00002"]
    assert source.ids("test").tolist() == ["test/00000", "test/00001"]
    picture = source.image("test/00001")
    assert (picture.mode, picture.size, picture.getpixel((0, 0))) == ("RGB", (32, 32), (10,) * 3)


def test_cifar_100_uses_the_fine_classes(tmp_path):
    small, packed = cifar(tmp_path, labels="fine_labels", names="fine_label_names")
    source = open_set("cifar100", packed, SimpleNamespace(CIFAR100=small))
    assert source.label("train/00000") == "aquarium fish"


@pytest.mark.parametrize(
    ("pool", "loader", "labels", "names", "sentences"),
    [
        ("cifar10", "CIFAR10", "labels", "label_names", 15),
        ("cifar100", "CIFAR100", "fine_labels", "fine_label_names", 4),
    ],
)
def test_the_papers_own_sets_have_the_papers_number_of_sentences_a_class(
    tmp_path, monkeypatch, pool, loader, labels, names, sentences
):
    small, packed = cifar(tmp_path, labels=labels, names=names)
    monkeypatch.setattr(datasets, loader, small)
    asked = config(pool=pool, data_root=str(packed), relevant=("maple tree",), descriptions=None)
    decided = plan(replace(asked, vlm="offline", batch_size=1), tmp_path).config
    assert decided.descriptions == sentences


def test_the_content_key_tells_pictures_apart_and_the_stamp_sets(tmp_path):
    small, packed = cifar(tmp_path)
    source = open_set("cifar10", packed, SimpleNamespace(CIFAR10=small))
    assert len({source.content_key(id) for id in source.ids().tolist()}) == 5
    assert source.stamp("train/00000") == "cifar10|train/00000"


def test_an_absent_set_is_downloaded_and_unpacked(tmp_path, served):
    small, packed = cifar(tmp_path)
    folder, address = served
    shutil.copy(packed / "small.tar.gz", folder)
    small.url = f"{address}/small.tar.gz"
    source = open_set("cifar10", tmp_path / "root", SimpleNamespace(CIFAR10=small))
    assert len(source) == 5
    assert (tmp_path / "root" / "small" / "train").is_file()


def test_a_packed_file_put_there_by_hand_needs_no_internet(tmp_path):
    small, packed = cifar(tmp_path)
    by_hand = write(tmp_path / "root", {"small.tar.gz": (packed / "small.tar.gz").read_bytes()})
    assert len(open_set("cifar10", by_hand, SimpleNamespace(CIFAR10=small))) == 5


def test_without_internet_one_sentence_says_where_to_put_which_file(tmp_path):
    small, _ = cifar(tmp_path)
    root = tmp_path / "root"
    assert_refused(
        lambda: open_set("cifar10", root, SimpleNamespace(CIFAR10=small)),
        tmp_path,
        f"cifar10 is not in {root} and cannot be downloaded",
        f"get {NOWHERE}/small.tar.gz on another machine and put it, still packed, into {root}",
    )


def test_a_file_without_its_checksum_is_one_sentence(tmp_path, served):
    small, _ = cifar(tmp_path)
    folder, address = served
    write(folder, {"small.tar.gz": b"something else"})
    small.url = f"{address}/small.tar.gz"
    with pytest.raises(PoolError, match="cifar10 could not be downloaded .*start again, or get"):
        open_set("cifar10", tmp_path / "root", SimpleNamespace(CIFAR10=small))


def idx(array: np.ndarray) -> bytes:
    """`array` in MNIST's format."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def test_fashion_mnist_is_grey_and_its_names_can_stand_in_a_sentence(tmp_path):
    files = {
        "train-images-idx3-ubyte": idx(pixels(0, 3, 28, 28)),
        "train-labels-idx1-ubyte": idx(np.array([0, 9, 1], dtype=np.uint8)),
        "t10k-images-idx3-ubyte": idx(pixels(7, 1, 28, 28)),
        "t10k-labels-idx1-ubyte": idx(np.array([9], dtype=np.uint8)),
    }
    write(tmp_path / "FashionMNIST" / "raw", files)
    source = open_set("fashion-mnist", tmp_path)
    assert source.classes() == ["t-shirt", "trouser", "ankle boot"]
    assert source.label("train/00001") == "ankle boot"
    assert source.image("test/00000").getpixel((0, 0)) == (7, 7, 7)


def test_fashion_mnist_names_all_four_files_and_their_folder(tmp_path):
    class FashionMNIST(datasets.FashionMNIST):
        mirrors = (f"{NOWHERE}/",)

    folder = tmp_path / "FashionMNIST" / "raw"
    write(folder, {"train-images-idx3-ubyte.gz": gzip.compress(b"cut off")})
    assert_refused(
        lambda: open_set("fashion-mnist", tmp_path, SimpleNamespace(FashionMNIST=FashionMNIST)),
        tmp_path,
        f"{NOWHERE}/t10k-labels-idx1-ubyte.gz",
        f"{NOWHERE}/train-images-idx3-ubyte.gz",
        f"into {folder}",
    )


def test_a_damaged_set_says_to_remove_it(tmp_path):
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    files = {f"{name}-ubyte": idx(np.zeros(3, dtype=np.uint8))[:-1] for name in names}
    write(tmp_path / "FashionMNIST" / "raw", files)
    with pytest.raises(PoolError, match=r"fashion-mnist: its files in .* cannot be read"):
        open_set("fashion-mnist", tmp_path)


def test_stl_10_has_the_colours_first_and_classes_from_1(tmp_path):
    train, test = pixels(0, 2, 3, 96, 96), pixels(5, 1, 3, 96, 96)
    train[0, 0] = 200  # the first picture's red
    train[0, 2, 10, :] = 77  # stored column by column: the 11th column's blue
    files = {
        "train_X.bin": train.tobytes(),
        "train_y.bin": bytes([2, 1]),
        "unlabeled_X.bin": b"",
        "test_X.bin": test.tobytes(),
        "test_y.bin": bytes([2]),
        "class_names.txt": b"airplane\nbird\n",
    }
    write(tmp_path / "stl10_binary", files)

    class STL10(datasets.STL10):
        train_list = [(n, md5(files[n])) for n in ("train_X.bin", "train_y.bin", "unlabeled_X.bin")]  # noqa: RUF012
        test_list = [(n, md5(files[n])) for n in ("test_X.bin", "test_y.bin")]  # noqa: RUF012

    source = open_set("stl10", tmp_path, SimpleNamespace(STL10=STL10))
    assert [source.label(id) for id in source.ids().tolist()] == ["bird", "airplane", "bird"]
    picture = source.image("train/00000")
    assert (picture.size, picture.getpixel((0, 0))) == ((96, 96), (200, 0, 0))
    assert picture.getpixel((10, 50)) == (200, 0, 77)
    assert "100,000 unlabeled pictures" in source.notes[0]
