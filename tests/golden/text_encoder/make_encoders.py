"""Two tiny text encoders with random weights, and what transformers makes of captions with them and with MiniLM.

transformers 5.23.0, torch 2.14.1, tokenizers 0.22, Python 3.11. Usage:
  python make_encoders.py OUTPUT_DIR BERT_VOCAB_TXT [MINILM_DIR]
BERT_VOCAB_TXT: ../captions/bert/vocab.txt. Writes bert/ (BertModel with a pooler), roberta/ (RobertaForMaskedLM: its names begin
with "roberta."), and encoders.json: captions; per model the mean over real tokens, L2-normalised (MiniLM: the first 16 numbers).
"""
import json
import shutil
import sys
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoModel, BertConfig, BertModel, BertTokenizer, RobertaConfig, RobertaForMaskedLM

CAPTIONS = [
    "a dog", "Two young guys with shaggy hair look at their hands while hanging out in the yard .",
    "a man in a blue shirt is standing on a ladder cleaning a window .", "", "caf\u00e9 \u732b, 3 dogs!", "it's running",
    "the quick brown fox jumps over the lazy dog " * 10,
]
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, initializer_range=0.4,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


def randomised(model):
    """Biases and norms away from 0 and 1, so that leaving one out shows."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return model.eval()


def pooled(model, ids: list[list[int]], padding: int) -> torch.Tensor:
    longest = max(map(len, ids))
    batch = torch.tensor([row + [padding] * (longest - len(row)) for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
    with torch.no_grad():
        states = model(input_ids=batch, attention_mask=mask).last_hidden_state
    weight = mask.unsqueeze(2).float()
    return torch.nn.functional.normalize((states * weight).sum(1) / weight.sum(1), dim=1)


def tiny_bert(out: Path, vocabulary: Path):
    tokenizer = BertTokenizer(vocab=str(vocabulary))
    config = BertConfig(vocab_size=len(vocabulary.read_text().split()), max_position_embeddings=32, **SIZES)
    model = randomised(BertModel(config))
    model.save_pretrained(out)
    shutil.copy(vocabulary, out / "vocab.txt")
    return pooled(model, [tokenizer(text, truncation=True, max_length=32)["input_ids"] for text in CAPTIONS], 0)


def tiny_roberta(out: Path):
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(CAPTIONS, vocab_size=300, special_tokens=specials)
    config = RobertaConfig(vocab_size=300, max_position_embeddings=34, type_vocab_size=1, layer_norm_eps=1e-5, **SIZES)
    model = randomised(RobertaForMaskedLM(config))
    model.save_pretrained(out)
    tokenizer.save_model(str(out))
    ids = [[0] + tokenizer.encode(text).ids[:30] + [2] for text in CAPTIONS]
    return pooled(model.roberta, ids, 1)


def main(out: Path, vocabulary: Path, minilm: Path | None) -> None:
    torch.manual_seed(7)
    torch.set_num_threads(1)
    made = {"captions": CAPTIONS, "bert": tiny_bert(out / "bert", vocabulary).tolist(),
            "roberta": tiny_roberta(out / "roberta").tolist()}
    if minilm:
        tokenizer = BertTokenizer(vocab=str(minilm / "vocab.txt"))
        ids = [tokenizer(text, truncation=True, max_length=77)["input_ids"] for text in CAPTIONS]
        made["minilm"] = pooled(AutoModel.from_pretrained(minilm).eval(), ids, 0)[:, :16].tolist()
    (out / "encoders.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
