"""Small tokenizers that use what the published ones do not, and the reference's ids and texts for them.

tokenizers 0.23.3, Python 3.11. Usage: python make_small_golden.py OUTPUT_DIR
Trained on page.jsonl beside this script. Writes small_NAME.tokenizer.json and small_NAME.json, which is like the files of
make_tokenizer_golden.py; the strings are the page and then EXTRA below ("extra" in the output).
"""
import json
import sys
from pathlib import Path

from make_tokenizer_golden import reference
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

EXTRA = [
    "a  [L]  b", "  [L]", "a [R]   b [R]", "x[LR]y", " \t[LR]\n\u3000z", "[W] a[W] [W]b é[W] _[W]. ([W])", "[W][W] [W]",
    "[N] [n] [Ｎ]", "some [user] text[user]", "[L][R] [L] [R]", "[[L]]", "[Lo", "[L", "[Long]", "x [Long] y[Lon]",
    "\u2581start", "a\u2581b  c", "  two", "ab12cd345", "UPPER lower ＷＩＤＥ", "½ ﬁ Å", "unknown: \u0416\u0416 \u4e16\u754c x",
]


def page() -> list[str]:
    lines = (Path(__file__).parent / "page.jsonl").read_bytes().decode("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def added(*special: str) -> list[AddedToken]:
    options = {"[L]": {"lstrip": True}, "[R]": {"rstrip": True}, "[LR]": {"lstrip": True, "rstrip": True},
               "[W]": {"single_word": True}, "[N]": {"normalized": True}, "[Long]": {}, "[user]": {}}
    return [AddedToken(text, special=text in special, **{"normalized": False, **option})
            for text, option in options.items()]


def byte_level() -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(),
                                            normalizers.Replace(Regex("o{2,}"), "oo")])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(page(), trainers.BpeTrainer(
        vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    made.add_tokens(added("[L]", "[LR]", "[W]"))
    return made


def metaspace() -> Tokenizer:
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    made.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="always"),
                                      decoders.Fuse()])
    latin = [text for text in page() if text.isascii()]
    some_bytes = [f"<0x{byte:02X}>" for byte in range(256) if byte != 0x96]  # one is missing: <unk>
    made.train_from_iterator(latin, trainers.BpeTrainer(
        vocab_size=450, special_tokens=["<unk>", *some_bytes], show_progress=False))
    made.add_tokens(added("[R]", "[N]"))
    return made


def splits() -> Tokenizer:
    made = Tokenizer(models.BPE(ignore_merges=True))
    made.normalizer = normalizers.NFD()
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(" ", "removed"), pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Split(Regex(r"[^\s\p{L}]|\s"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(page(), trainers.BpeTrainer(
        vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    content = json.loads(made.to_str())
    content["model"]["vocab"]["upper"] = 500  # a whole word without merges of its own: ignore_merges finds it
    made = Tokenizer.from_str(json.dumps(content))
    made.add_tokens(added())
    return made


def main() -> None:
    output = Path(sys.argv[1])
    for name, tokenizer in {"byte_level": byte_level(), "metaspace": metaspace(), "splits": splits()}.items():
        tokenizer.save(str(output / f"small_{name}.tokenizer.json"), pretty=False)
        result = {"extra": EXTRA, **reference(tokenizer, page() + EXTRA, None)}
        (output / f"small_{name}.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
