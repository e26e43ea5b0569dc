"""Writes the seed corpus: small sound files and one file for each kind of damage. Run in this folder.

good_* must be read, bad_* must be refused; tests/weights/corpus_test.cpp checks both.
"""

import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def save(folder, name, data):
    (CORPUS / folder).mkdir(parents=True, exist_ok=True)
    (CORPUS / folder / name).write_bytes(data)


# --- safetensors
def safetensors(header, data=b"\1" * 8):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + data


def entry(begin=0, end=8, dtype="F32", shape=(2,), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end], **more}


SAFETENSORS = {
    "good_empty": safetensors({}, b""),
    "good_metadata": safetensors({"__metadata__": {"format": "pt"}, "a": entry(0, 4, "BF16"),
                                  "b": entry(4, 8, "F16", (2, 1))}),
    "good_scalar": safetensors({"a": entry(shape=(), dtype="F64")}),
    "good_integers": safetensors({"a": entry(shape=(1,), dtype="I64")}),
    "bad_header_too_long": struct.pack("<Q", 1 << 63) + b"{}",
    "bad_cut_header": safetensors({"a": entry()})[:20],
    "bad_cut_data": safetensors({"a": entry()}, b"\1" * 7),
    "bad_left_over": safetensors({"a": entry()}, b"\1" * 9),
    "bad_outside": safetensors({"a": entry(1 << 62, (1 << 62) + 8)}),
    "bad_backwards": safetensors({"a": entry(8, 0)}),
    "bad_overlap": safetensors({"a": entry(0, 6, "U8", (6,)), "b": entry(4, 8, "U8", (4,))}),
    "bad_size": safetensors({"a": entry(shape=(3,))}),
    "bad_overflow": safetensors({"a": entry(shape=(1 << 32, 1 << 32, 4))}),
    "bad_negative": safetensors({"a": entry(shape=(-2,))}),
    "bad_type": safetensors({"a": entry(dtype="F4")}),
    "bad_twice": safetensors(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'
                             b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'),
    "bad_deep": safetensors(b"[" * 2000),
    "bad_deep_entry": safetensors(b'{"a":{"shape":' + b"[" * 2000),
    "bad_name": safetensors(b'{"\xc3\x28":{}}'),
}


# --- GGUF
def text(value):
    value = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(value)) + value


def head(tensors, keys, version=3):
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys)


def pair(key, kind, data):
    return text(key) + struct.pack("<I", kind) + data


def u32(key, value):
    return pair(key, 4, struct.pack("<I", value))


def texts(key, values):
    return pair(key, 9, struct.pack("<IQ", 8, len(values)) + b"".join(text(v) for v in values))


def row(name, dimensions, kind=0, offset=0):
    return text(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, offset)


def with_data(data, size):
    return data + b"\0" * (-len(data) % 32) + b"\1" * size


def model():
    pairs = [pair("general.architecture", 8, text("llama")),
             pair("llama.attention.layer_norm_rms_epsilon", 6, struct.pack("<f", 1e-5)),
             pair("tokenizer.ggml.model", 8, text("gpt2")), pair("tokenizer.ggml.pre", 8, text("smollm")),
             texts("tokenizer.ggml.tokens", ["a", "b", "ab", "<|im_end|>"]),
             texts("tokenizer.ggml.merges", ["a b"]),
             pair("tokenizer.ggml.token_type", 9, struct.pack("<IQ4i", 5, 4, 1, 1, 1, 3))]
    sizes = dict(block_count=1, embedding_length=4, feed_forward_length=4, context_length=8)
    pairs += [u32(f"llama.{key}", value) for key, value in sizes.items()]
    pairs += [u32("llama.attention.head_count", 2), u32("tokenizer.ggml.eos_token_id", 3)]
    return with_data(head(2, len(pairs)) + b"".join(pairs) + row("token_embd.weight", [4, 4])
                     + row("rope_freqs.weight", [1], 0, 64), 68)


def spm():
    pairs = [pair("tokenizer.ggml.model", 8, text("llama")),
             texts("tokenizer.ggml.tokens", ["<unk>", "<0x41>", "\u2581a", "\u2581", "a"]),
             pair("tokenizer.ggml.scores", 9, struct.pack("<IQ5f", 6, 5, 0, 0, -1, -2, -3)),
             pair("tokenizer.ggml.token_type", 9, struct.pack("<IQ5i", 5, 5, 2, 6, 1, 1, 1))]
    return head(0, len(pairs)) + b"".join(pairs)


HUGE = 1 << 62
GGUF = {
    "good_model": model(),
    "good_sentencepiece": spm(),
    "good_version_2": with_data(head(1, 0, 2) + row("a", [8]), 32),
    "good_quantised": with_data(head(3, 0) + row("a", [32, 2], 8) + row("b", [256], 14, 96) + row("c", [32], 3, 320),
                                352),
    "good_lists": head(0, 2) + pair("k", 9, struct.pack("<IQ3h", 3, 3, 1, 2, 3)) + texts("t", ["", "b"]),
    "good_empty_list": head(0, 2) + pair("tokenizer.ggml.model", 8, text("llama"))
    + pair("tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, 0)),
    "bad_magic": b"GGML" + head(0, 0)[4:],
    "bad_version": head(0, 0, 1),
    "bad_big_endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "bad_tensor_count": head(HUGE, 0),
    "bad_key_count": head(0, HUGE),
    "bad_key_length": head(0, 1) + struct.pack("<Q", HUGE) + b"a" * 20,
    "bad_key_twice": head(0, 2) + u32("a", 1) + u32("a", 1),
    "bad_key_name": head(0, 1) + u32(b"\xff", 1),
    "bad_value_type": head(0, 1) + pair("k", 99, b"\0" * 8),
    "bad_list_of_lists": head(0, 1) + pair("k", 9, struct.pack("<IQIQ", 9, 1, 9, 1)),
    "bad_list_length": head(0, 1) + pair("k", 9, struct.pack("<IQ", 4, HUGE)),
    "bad_texts_length": head(0, 1) + pair("k", 9, struct.pack("<IQ", 8, HUGE) + text("a")),
    "bad_alignment": head(0, 1) + u32("general.alignment", 3),
    "bad_dimensions": head(1, 0) + row("a", [1] * 5),
    "bad_dimension_0": head(1, 0) + row("a", [0]),
    "bad_overflow": head(1, 0) + row("a", [1 << 31, 1 << 31, 4]),
    "bad_type": head(1, 0) + row("a", [256], 10),
    "bad_block": head(1, 0) + row("a", [33], 8),
    "bad_offset_alignment": with_data(head(1, 0) + row("a", [4], 0, 1), 32),
    "bad_outside": with_data(head(1, 0) + row("a", [4], 0, HUGE), 32),
    "bad_cut_data": with_data(head(1, 0) + row("a", [9]), 32),
    "bad_cut_metadata": model()[:200],
    "bad_overlap": with_data(head(2, 0) + row("a", [16]) + row("b", [8], 0, 32), 64),
    "bad_tensor_twice": with_data(head(2, 0) + row("a", [8]) + row("a", [8], 0, 32), 64),
    "bad_tensor_name": head(1, 0) + row(b"\xc0\x80", [8]),
}

for name, data in SAFETENSORS.items():
    save("safetensors", name, data)
for name, data in GGUF.items():
    save("gguf", name, data)
