"""The two offline networks written as OpenVINO graphs, straight from their weights.

Converting them from PyTorch gives the same graphs, but costs the imports of torch, timm and
transformers and the tracing: about 25 s at a first start, or a copy of all weights on disk. From
the weights it takes a tenth of a second. Tests hold them to the libraries' own networks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as ops

from laser_core.basics.arrays import Floats
from laser_core.basics.package_files import Weights

Node: TypeAlias = Any  # openvino.Node or openvino.Output: the package has no type stubs

HEADS, HEAD_SIZE, LAYERS = 12, 32, 6  # of MiniLM-L6


def compile_model(model: Any, hint: str = "THROUGHPUT") -> Any:
    """`model` made ready for this CPU, in full float32 so that a result has no other form.

    Args:
        model: an openvino.Model.
        hint: "THROUGHPUT" (one stream a core: many requests at once) or "LATENCY".
    """
    precise = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": hint}
    return openvino.Core().compile_model(model, "CPU", precise)


def answers(model: Any, batches: Iterable[Sequence[npt.NDArray[Any]]]) -> Iterator[Floats]:
    """The model's output for each of `batches`, in order; as many at work as it has streams.

    No callbacks: with them OpenVINO's threads need Python's lock, and a model that is dropped
    while one waits for it hangs for ever.

    Args:
        model: from `compile_model`.
        batches: the inputs of each request.
    """
    streams = model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
    idle = [model.create_infer_request() for _ in range(streams)]
    at_work: deque[Any] = deque()
    for inputs in batches:
        if not idle:
            idle.append(at_work.popleft())
            yield _answer(idle[-1])
        request = idle.pop()
        request.start_async(inputs)  # takes a copy of the inputs
        at_work.append(request)
    for request in at_work:
        yield _answer(request)


def _answer(request: Any) -> Floats:
    request.wait()
    output: Floats = request.get_output_tensor(0).data.copy()
    return output


def minilm_graph(weights: Weights) -> Any:
    """MiniLM-L6 with mean pooling: (ids, mask), both (n, tokens), to (n, 384) unit rows."""
    ids = ops.parameter([-1, -1], np.int64, "ids")
    mask = ops.parameter([-1, -1], np.float32, "mask")
    hidden = _token_embeddings(weights, ids)  # (n, tokens, 384)
    row = _integers(1)
    keys = ops.unsqueeze(ops.unsqueeze(mask, row), row)  # (n, 1, 1, tokens)
    unseen = ops.multiply(ops.subtract(keys, _constant(np.float32(1))), _constant(np.float32(1e9)))
    for layer in range(LAYERS):
        hidden = _bert_layer(weights, f"encoder.layer.{layer}.", hidden, unseen)
    seen = ops.multiply(hidden, ops.unsqueeze(mask, _integers(2)))
    total = ops.reduce_sum(seen, _integers([1]), False)  # its direction is the mean's
    return openvino.Model([ops.normalize_l2(total, _integers([1]), 1e-24, "max")], [ids, mask])


def _token_embeddings(weights: Weights, ids: Node) -> Node:
    words = _constant(weights["embeddings.word_embeddings.weight"])
    places = weights["embeddings.position_embeddings.weight"]
    first_kind = weights["embeddings.token_type_embeddings.weight"][0]  # one sentence, one kind
    length = ops.gather(ops.shape_of(ids), _integers([1]), _integers(0))
    used = ops.slice(
        _constant(places + first_kind), _integers([0]), length, _integers([1]), _integers([0])
    )
    hidden = ops.add(ops.gather(words, ids, _integers(0)), used)
    return _layer_norm(weights, "embeddings.LayerNorm", hidden)


def _bert_layer(weights: Weights, name: str, hidden: Node, unseen: Node) -> Node:
    attention = name + "attention."
    query, key, value = (
        _split_heads(_linear(weights, f"{attention}self.{part}", hidden))
        for part in ("query", "key", "value")
    )
    scale = _constant(np.float32(HEAD_SIZE**-0.5))
    mixed = ops.scaled_dot_product_attention(query, key, value, unseen, scale)
    joined = ops.reshape(
        ops.transpose(mixed, _integers([0, 2, 1, 3])), _integers([0, 0, HEADS * HEAD_SIZE]), True
    )
    attended = ops.add(_linear(weights, attention + "output.dense", joined), hidden)
    hidden = _layer_norm(weights, attention + "output.LayerNorm", attended)
    inner = ops.gelu(_linear(weights, name + "intermediate.dense", hidden), "erf")
    outer = ops.add(_linear(weights, name + "output.dense", inner), hidden)
    return _layer_norm(weights, name + "output.LayerNorm", outer)


def _split_heads(hidden: Node) -> Node:
    """(n, tokens, 384) to (n, heads, tokens, head size)."""
    apart = ops.reshape(hidden, _integers([0, 0, HEADS, HEAD_SIZE]), True)
    return ops.transpose(apart, _integers([0, 2, 1, 3]))


def _linear(weights: Weights, name: str, hidden: Node) -> Node:
    product = ops.matmul(hidden, _constant(weights[name + ".weight"]), False, True)
    return ops.add(product, _constant(weights[name + ".bias"]))


def _layer_norm(weights: Weights, name: str, hidden: Node) -> Node:
    normal = ops.mvn(hidden, _integers([2]), True, 1e-12, "inside_sqrt")
    scaled = ops.multiply(normal, _constant(weights[name + ".weight"]))
    return ops.add(scaled, _constant(weights[name + ".bias"]))


def _constant(value: npt.ArrayLike | Floats) -> Node:
    return ops.constant(np.ascontiguousarray(value) if np.ndim(value) else np.asarray(value))


def _integers(value: int | list[int]) -> Node:
    return ops.constant(np.asarray(value, dtype=np.int64))


LITE2_STAGES = (
    (1, 1),
    (3, 2),
    (3, 2),
    (4, 2),
    (4, 1),
    (5, 2),
    (1, 1),
)  # blocks, first one's stride
BATCH_NORM_EPSILON = 1e-3  # of the TensorFlow original


def lite2_graph(weights: Weights, batch: int, side: int) -> Any:
    """EfficientNet-Lite2 without its classifier: (batch, side, side, 3) uint8 to (batch, 1280).

    Batch normalisation is folded into the convolutions.
    """
    pixels = ops.parameter([batch, side, side, 3], np.uint8, "pixels")
    centred = ops.subtract(ops.convert(pixels, "f32"), _constant(np.float32(127)))
    scaled = ops.divide(centred, _constant(np.float32(128)))
    hidden = ops.transpose(scaled, _integers([0, 3, 1, 2]))  # (batch, 3, side, side)
    hidden = _relu6(_convolution(weights, "_conv_stem", "_bn0", hidden, stride=2))
    number = 0
    for blocks, stride in LITE2_STAGES:
        hidden = _inverted_block(weights, f"_blocks.{number}.", hidden, stride)
        for later in range(number + 1, number + blocks):
            hidden = ops.add(hidden, _inverted_block(weights, f"_blocks.{later}.", hidden, 1))
        number += blocks
    hidden = _relu6(_convolution(weights, "_conv_head", "_bn1", hidden))
    return openvino.Model([ops.reduce_mean(hidden, _integers([2, 3]), False)], [pixels])


def _inverted_block(weights: Weights, name: str, hidden: Node, stride: int) -> Node:
    if name + "_expand_conv.weight" in weights:  # the very first block widens nothing
        hidden = _relu6(_convolution(weights, name + "_expand_conv", name + "_bn0", hidden))
    depthwise = name + "_depthwise_conv"
    hidden = _relu6(_convolution(weights, depthwise, name + "_bn1", hidden, stride, grouped=True))
    return _convolution(weights, name + "_project_conv", name + "_bn2", hidden)


def _convolution(
    weights: Weights, name: str, norm: str, hidden: Node, stride: int = 1, grouped: bool = False
) -> Node:
    scale = weights[norm + ".weight"] / np.sqrt(weights[norm + ".running_var"] + BATCH_NORM_EPSILON)
    shift = weights[norm + ".bias"] - weights[norm + ".running_mean"] * scale
    kernel = weights[name + ".weight"] * scale[:, None, None, None]
    convolve = ops.group_convolution if grouped else ops.convolution
    kernel = kernel[:, None] if grouped else kernel  # one group a channel
    summed = convolve(
        hidden, _constant(kernel), [stride, stride], [0, 0], [0, 0], [1, 1], "same_upper"
    )
    return ops.add(summed, _constant(shift[None, :, None, None]))


def _relu6(hidden: Node) -> Node:
    return ops.clamp(hidden, 0.0, 6.0)
