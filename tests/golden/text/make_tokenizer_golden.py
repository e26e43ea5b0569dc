"""Reference ids for every tokenizer, made with Hugging Face's `tokenizers` itself.

tokenizers 0.23.3, gguf 0.19.0, Python 3.11. Usage:
  python make_tokenizer_golden.py DATA_DIR SMOLLM2.gguf OUTPUT_DIR
DATA_DIR holds tokenizers/ (see tests/support/support.h). Strings: the 46 of tokenizers/golden/gpt-2.inp, then page.jsonl
beside this script. Per tokenizer NAME.json:
  ids            for each string, no special tokens added
  spelled_out    {index: ids} where they differ when special tokens in the text count as text
  decoded        {index: text} where decoding the ids does not give the string back
  decoded_skip   {index: text} where decoding without special tokens differs from decoding with them
"""
import json
import sys
from pathlib import Path

from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

SEPARATOR = "\n__ggml_vocab_test__\n"


def strings(data: Path) -> list[str]:
    hard = (data / "tokenizers/golden/gpt-2.inp").read_bytes().decode("utf-8").split(SEPARATOR)
    assert hard.pop() == "" and len(hard) == 46
    page = (Path(__file__).parent / "page.jsonl").read_bytes().decode("utf-8").split("\n")
    return hard + [json.loads(line) for line in page if line]


def smollm2(gguf: str) -> Tokenizer:
    """transformers' GGUF reader leaves the Digits step of the `smollm` pre-splitter out, so it is built here."""
    fields = GGUFReader(gguf).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(line.split(" ")) for line in fields["tokenizer.ggml.merges"].contents()]
    assert fields["tokenizer.ggml.pre"].contents() == "smollm"
    made = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, k in zip(tokens, types) if k == 3])
    return made


def roberta(folder: Path) -> Tokenizer:
    made = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(t, special=True, normalized=False, lstrip=t == "<mask>")
                             for t in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")])
    return made


def reference(tokenizer: Tokenizer, texts: list[str], suffix: str | None) -> dict:
    def decode(ids, skip):
        text = tokenizer.decode(ids, skip_special_tokens=skip)
        return text.replace(suffix, " ").strip() if suffix else text  # as transformers' CLIP tokenizer does

    tokenizer.no_truncation()
    out = {"ids": [], "spelled_out": {}, "decoded": {}, "decoded_skip": {}}
    for index, text in enumerate(texts):
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        out["ids"].append(ids)
        tokenizer.encode_special_tokens = True
        spelled = tokenizer.encode(text, add_special_tokens=False).ids
        if spelled != ids:
            out["spelled_out"][index] = spelled
        decoded, skipped = decode(ids, False), decode(ids, True)
        if decoded != text:
            out["decoded"][index] = decoded
        if skipped != decoded:
            out["decoded_skip"][index] = skipped
    return out


def main() -> None:
    data, gguf, output = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    folder = data / "tokenizers"
    texts = strings(data)
    made = {name: Tokenizer.from_file(str(folder / name / "tokenizer.json"))
            for name in ("clip", "gpt2", "llama3.1", "qwen2.5", "mistral-7b-instruct-v0.2", "mistral-7b-instruct-v0.3")}
    made["roberta-base"] = roberta(folder / "roberta-base")
    made["smollm2"] = smollm2(gguf)
    for name, tokenizer in made.items():
        result = reference(tokenizer, texts, "</w>" if name == "clip" else None)
        (output / f"{name}.json").write_text(json.dumps(result, separators=(",", ":"), ensure_ascii=True) + "\n")
    if len(sys.argv) > 4:
        made["smollm2"].save(sys.argv[4])


if __name__ == "__main__":
    main()
