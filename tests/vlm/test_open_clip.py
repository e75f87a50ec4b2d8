"""open_clip models through the real code path, with a small one made on the spot; no network."""

import json
import socket

import numpy as np
import pytest
from PIL import Image

from laser_core.basics.seeding import rng_for
from laser_core.errors import VLMError
from laser_core.vlm import choose as choosing
from laser_core.vlm import hub
from laser_core.vlm.choose import PREFERRED_HUB_ENTRY, choice_sentence, choose_model, open_vlm
from tests import fakes

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 64, "heads": 1, "layers": 1},
}
NOISE = [
    Image.fromarray(rng_for(i).integers(0, 256, (30 + i, 50, 3), dtype=np.uint8)) for i in range(3)
]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A checkpoint of a randomly initialised model that open_clip knows as "tiny-clip"."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("open-clip")
    for name, size in {"tiny-clip": 16, "wider-clip": 32}.items():
        (folder / f"{name}.json").write_text(json.dumps(TINY | {"embed_dim": size}))
        open_clip.add_model_config(folder / f"{name}.json")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        state = open_clip.create_model("tiny-clip").state_dict()
    save_file(state, folder / "tiny.safetensors")
    torch.save(state, folder / "tiny.pt")
    return folder


@pytest.fixture(scope="session")
def clip(tiny):
    return open_vlm(f"open_clip:tiny-clip:{tiny / 'tiny.safetensors'}", "cpu", tiny)


@pytest.fixture
def empty_hub(tmp_path, monkeypatch):
    """A hub cache with nothing in it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(tmp_path), raising=False)
    return tmp_path


def test_pictures_and_sentences_become_vectors_of_one_space(clip):
    features = fakes.image_features(clip, NOISE)
    vectors = clip.image_vectors(features, clip.pool_statistics(features))
    texts = clip.text_vectors(["a cat", "a photo of a dog"])
    assert clip.kind == "open_clip"
    assert vectors.shape == (3, 16)
    assert texts.shape == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1.0, atol=1e-5)


def test_a_picture_has_the_same_features_in_any_company(clip):
    alone = np.concatenate([fakes.image_features(clip, [image]) for image in NOISE])
    np.testing.assert_allclose(fakes.image_features(clip, NOISE), alone, atol=1e-5)


def test_a_pt_file_gives_the_same_vectors_as_safetensors(clip, tiny):
    other = open_vlm(f"open_clip:tiny-clip:{tiny / 'tiny.pt'}", "cpu", tiny)
    np.testing.assert_array_equal(other.text_vectors(["a cat"]), clip.text_vectors(["a cat"]))
    assert other.key != clip.key


def test_tokens_are_counted_with_both_end_marks_so_that_long_sentences_show(clip):
    assert clip.token_limit == 12
    assert clip.token_counts(["cat", "a photo of a cat", "cat " * 30]).tolist() == [3, 7, 32]


def test_a_checkpoint_of_another_model_is_one_sentence(tiny):
    with pytest.raises(
        VLMError, match=r"tiny\.safetensors does not fit wider-clip \(.+\); give the"
    ):
        open_vlm(f"open_clip:wider-clip:{tiny / 'tiny.safetensors'}", "cpu", tiny)


def test_a_file_that_is_no_checkpoint_is_one_sentence(tiny, tmp_path):
    for name in ("x.safetensors", "x.pt", "x.bin"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(VLMError, match="does not fit tiny-clip"):
            open_vlm(f"open_clip:tiny-clip:{tmp_path / name}", "cpu", tmp_path)


def test_a_checkpoint_with_programs_in_it_is_not_run(tiny, tmp_path):
    import torch

    torch.save({"state_dict": pathlike(tmp_path)}, tmp_path / "evil.pt")
    with pytest.raises(VLMError, match="programs or objects besides numbers"):
        open_vlm(f"open_clip:tiny-clip:{tmp_path / 'evil.pt'}", "cpu", tmp_path)


def pathlike(path):
    """An object that only full unpickling can make."""
    return {"object": path}


@pytest.mark.parametrize(
    ("asked_for", "answer"),
    [
        ("ViT-B32/openai", "no model 'ViT-B32'; the closest are: ViT-B-32"),
        ("ViT-B-32/opnai", "no weights 'opnai' for ViT-B-32; the closest are: openai"),
        ("ViT-B-32", "no weights '' for ViT-B-32; the closest are: openai"),
        ("tiny-clip/openai", "knows no weights for tiny-clip; give a checkpoint"),
        ("ViT-B-32:nowhere.pt", "no such checkpoint file"),
    ],
)
def test_a_wrong_name_is_answered_with_the_closest(tiny, asked_for, answer):
    with pytest.raises(VLMError, match=answer):
        open_vlm(f"open_clip:{asked_for}", "cpu", tiny)


def test_a_device_that_is_not_there_says_what_to_use(tiny):
    with pytest.raises(VLMError, match="auto, cpu or cuda"):
        open_vlm("open_clip:ViT-B-32/openai", "tpu", tiny)


def test_when_downloads_are_forbidden_it_says_so(tiny, empty_hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(VLMError, match="HF_HUB_OFFLINE forbids"):
        open_vlm("open_clip:ViT-B-32/openai", "cpu", tiny)


def test_a_server_that_never_answers_ends_in_one_sentence(empty_hub, monkeypatch):
    monkeypatch.setattr(hub, "PROBE_SECONDS", 0.2)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    # read once when the hub is imported, perhaps under another test's setting
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{{repo_id}}/{{filename}}/{{revision}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", url)
        with pytest.raises(VLMError, match="no answer within .*use --vlm offline"):
            hub.download("a/b", ["c.safetensors"], "ViT-B-32/openai")


def test_the_weights_that_auto_looks_for_are_those_that_open_clip_would_fetch():
    from open_clip.pretrained import get_pretrained_cfg

    assert get_pretrained_cfg(*choosing.PREFERRED.split("/"))["hf_hub"] == PREFERRED_HUB_ENTRY


def test_auto_takes_the_offline_model_when_no_weights_are_here(empty_hub, tmp_path):
    assert choose_model("auto").spec == "offline"
    assert "--vlm open_clip:ViT-B-32/openai" in choice_sentence("auto")
    assert open_vlm("auto", "auto", tmp_path).kind == "offline"


def test_auto_takes_clip_when_its_weights_are_here(empty_hub):
    repository = empty_hub / "models--timm--vit_base_patch32_clip_224.openai"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0123abcd")
    (repository / "snapshots" / "0123abcd").mkdir(parents=True)
    (repository / "snapshots" / "0123abcd" / "open_clip_model.safetensors").write_bytes(b"weights")
    assert choose_model("auto").spec == "open_clip:ViT-B-32/openai"
    assert "--vlm offline" in choice_sentence("auto")


def test_a_setting_that_is_no_model_lists_what_is():
    with pytest.raises(VLMError, match="choose auto, offline, or open_clip:MODEL/WEIGHTS"):
        choice_sentence("clip")


SPOILED = {
    "one NaN in the picture's projection": ("visual.proj", "nan"),
    "NaN in the sentence's projection": ("text_projection", "nan"),
    "infinity in a layer": ("visual.conv1.weight", "inf"),
    "a scale out of range": ("visual.proj", 1e30),
    "nothing but zeros": ("visual.proj", 0.0),
    "zeros for sentences": ("text_projection", 0.0),
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
def test_a_checkpoint_that_gives_no_numbers_is_told_as_the_checkpoints_fault(
    tiny, tmp_path, spoiled
):
    """F9: at once, in one sentence, and nothing of it is kept."""
    from safetensors.torch import load_file, save_file

    name, value = spoiled
    state = load_file(tiny / "tiny.safetensors")
    if value in ("nan", "inf"):
        state[name].flatten()[0] = float(value)
    else:
        state[name] *= value
    save_file(state, tmp_path / "spoiled.safetensors")
    path = tmp_path / "spoiled.safetensors"
    with pytest.raises(VLMError, match="take another checkpoint") as told:
        open_vlm(f"open_clip:tiny-clip:{path}", "cpu", tmp_path)
    assert "spoiled.safetensors" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_sound_checkpoint_is_not_refused(clip):
    """F9: pictures of one colour too."""
    colours = [Image.new("RGB", (9, 9), colour) for colour in ("black", "white", "red")]
    assert np.isfinite(fakes.image_features(clip, colours)).all()
