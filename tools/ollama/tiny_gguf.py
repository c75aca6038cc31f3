"""Write a language model of half a megabyte with random weights, which a real Ollama server loads.

It speaks noise, but tokens, contexts, seeds and schemas are as with any model. The same seed gives
the same file. Needs the package ``gguf``.

    python tools/ollama/tiny_gguf.py FILE [SEED]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

WIDTH, HEADS, BLOCKS, INNER, CONTEXT = 64, 4, 2, 128, 4096

WORDS = (
    "i want a movie film like the of and comedy drama action thriller yes no love hate it was "
    "great bad funny long plot music actor director please thanks recommend another"
)
SPACE = "\u2581"  # stands for a space in this kind of vocabulary
CHARACTERS = (
    f"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?'{{}}[]:\"{SPACE}-_\n"
)


def vocabulary() -> tuple[list[str], list[float], list[int]]:
    """Return tokens, their scores and their types: special ones, all bytes, words, characters."""
    special = [
        ("<unk>", gguf.TokenType.UNKNOWN),
        ("<s>", gguf.TokenType.CONTROL),
        ("</s>", gguf.TokenType.CONTROL),
    ]
    whole = [SPACE + word for word in WORDS.split()] + list(CHARACTERS)
    tokens = [name for name, _ in special] + [f"<0x{byte:02X}>" for byte in range(256)] + whole
    types = [int(kind) for _, kind in special]
    types += [int(gguf.TokenType.BYTE)] * 256 + [int(gguf.TokenType.NORMAL)] * len(whole)
    scores = [0.0] * (len(tokens) - len(whole)) + [-float(rank) for rank in range(len(whole))]
    return tokens, scores, types


def describe(writer: gguf.GGUFWriter) -> None:
    """Say what kind of model it is, and with which tokens."""
    tokens, scores, types = vocabulary()
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)


def tensors(rng: np.random.Generator) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield every tensor by name, in the order in which they are drawn."""

    def drawn(rows: int, columns: int, scale: float = 0.3) -> NDArray[np.float32]:
        return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    n_tokens = len(vocabulary()[0])
    yield "token_embd.weight", drawn(n_tokens, WIDTH, 1.0)
    yield "output.weight", drawn(n_tokens, WIDTH, 0.5)
    yield "output_norm.weight", ones
    for block in range(BLOCKS):
        yield f"blk.{block}.attn_norm.weight", ones
        yield f"blk.{block}.ffn_norm.weight", ones
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield f"blk.{block}.{name}.weight", drawn(WIDTH, WIDTH)
        yield f"blk.{block}.ffn_gate.weight", drawn(INNER, WIDTH)
        yield f"blk.{block}.ffn_up.weight", drawn(INNER, WIDTH)
        yield f"blk.{block}.ffn_down.weight", drawn(WIDTH, INNER)


def write(path: Path, seed: int = 0) -> None:
    """Write a model.

    Parameters
    ----------
    path:
        Of the GGUF file; one that is there is replaced.
    seed:
        Of the weights: another one gives another model, and so another digest.
    """
    writer = gguf.GGUFWriter(path, "llama")
    describe(writer)
    for name, tensor in tensors(np.random.default_rng(seed)):
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
