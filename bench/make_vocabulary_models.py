"""Two models that differ in nothing but their vocabulary, for the memory of DPO: SmolLM2's shape, random weights.

usage: make_vocabulary_models.py MODEL.gguf FOLDER
Writes FOLDER/49152 and FOLDER/128256 as Hugging Face folders; both have MODEL's tokenizer, so that their rows are the
same. Needs torch 2.13.0, transformers 5.23.0, gguf 0.19.0.
"""
import pathlib
import sys

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

VOCABULARIES = 49_152, 128_256


def main():
    gguf, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    for vocabulary in VOCABULARIES:
        torch.manual_seed(1)
        config = LlamaConfig(
            vocab_size=vocabulary, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
            num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=8192, rope_theta=100_000.0,
            tie_word_embeddings=True, bos_token_id=1, eos_token_id=2)
        LlamaForCausalLM(config).to(torch.float32).save_pretrained(folder / str(vocabulary))
        tokenizer.save_pretrained(folder / str(vocabulary))


main()
