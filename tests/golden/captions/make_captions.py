"""Reference ids of captions: CLIP's tokenizer, one with a small vocabulary of our own, and BERT's.

open_clip_torch 3.3.0, ftfy 6.3.1, transformers 5.23.0, tokenizers 0.22, Python 3.11. Usage:
  python make_captions.py OUTPUT_DIR [MINILM_DIR]
clip.json      strings; ids: open_clip.SimpleTokenizer()(string), context 77; short: the same with a context of 8
small.json     ids of the same strings with small.txt (`protoclip vocabulary` on the strings of clip.json, size 700)
bert.json      ids of the same strings by BertTokenizer with bert/vocab.txt: uncased, cased; MiniLM's own vocabulary
"""
import gzip
import json
import sys
import tempfile
from pathlib import Path

import open_clip.tokenizer as clip
from transformers import BertTokenizer

STRINGS = [
    "", " ", "a photo of a cat", "A Photo of a CAT.", "two dogs   run\tthrough\nthe snow !",
    "it's the dog's ball, they'll've seen we're I'M you'd DON'T can't", "3 dogs in 2024, 1,000 people at 12:30 pm",
    "caf\u00e9 cr\u00e8me br\u00fbl\u00e9e na\u00efve \u00c5ngstr\u00f6m", "cafe\u0301 (decomposed) a\u0300 la carte",
    "\u00dcBER STRASSE \u00df \u1e9e \u0130stanbul \u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03a3 \u03a3\u03a3",
    "smile \U0001f600 family \U0001f468\u200d\U0001f469\u200d\U0001f467 flag \U0001f1eb\U0001f1f7 thumbs \U0001f44d\U0001f3fd heart \u2764\ufe0f",
    "Tom &amp; Jerry &lt;3 &quot;cartoon&quot; &#39;90s &#x27;x&#x27; &nbsp; end", "&amp;amp;amp; &amp;lt;b&amp;gt; twice",
    "&notit; &notin; &copy 2020 &eacute; &Eacute;t&eacute &unknown; & alone &; &#; &#x; &#99999999; &#128; &#0; &#1; &semi;",
    "<b>bold</b> &lt;i&gt; &rsquo; stays curly with a tag", "&lsquo;quoted&rsquo; &ldquo;more&rdquo; no tag",
    "\u2018single\u2019 \u201cdouble\u201d \u201elow\u201f \u2013 en \u2014 em \u2026 dots",
    "\ufb01ne \ufb02oor o\ufb03ce \u0132ssel \u01c4", "\uff26\uff55\uff4c\uff4c\uff57\uff49\uff44\uff54\uff48\u3000\uff11\uff12\uff13\uff01 \uff8a\uff9d\uff76\uff78",
    "control \x01\x07 characters \x7f\ufeff \x1b[31mred\x1b[0m \ufffc",
    "\u65e5\u672c\u8a9e\u306e\u8aac\u660e \u732b\u304c\u3044\u308b", "\ud55c\uad6d\uc5b4 \uc124\uba85", "\u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u0422\u0415\u041a\u0421\u0422", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0939\u093f\u0928\u094d\u0926\u0940 \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
    "#hashtag @user http://example.com/a?b=c&d=e user@mail.org", "snake_case CamelCase kebab-case dots...many!!! ???",
    "x\u00b2 + y\u00b2 = \u00bd \u2167 \u2460 \u0663 \u096a", "50% off $9.99 \u20ac5 \u00a33 \u00a55", "<start_of_text> a dog <end_of_text>",
    "a" * 120, "supercalifragilisticexpialidocious antidisestablishmentarianism", "word " * 100,
    "the quick brown fox jumps over the lazy dog " * 12, "'s 't 're ' '' \" ` ~ ^ | \\ / [ ] { }",
    "\u00a0non\u00a0breaking\u2003em\u200bzero width\u2028line", "m\u00fcnchen MU\u0308NCHEN", "\u01f2 \u0149 \ufb05",
    "a man in a blue shirt is standing on a ladder cleaning a window .",
    "Two young guys with shaggy hair look at their hands while hanging out in the yard .",
]


def bert(vocabulary: Path, **settings) -> list:
    tokenizer = BertTokenizer(vocab=str(vocabulary), **settings)
    return [tokenizer(text, truncation=True, max_length=64)["input_ids"] for text in STRINGS]


def main(out: Path, minilm: Path | None) -> None:
    tokenizer = clip.SimpleTokenizer()
    made = {"strings": STRINGS, "ids": tokenizer(STRINGS, 77).tolist(), "short": tokenizer(STRINGS, 8).tolist()}
    (out / "clip.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")
    small = out / "small.txt"
    if small.exists():
        with tempfile.NamedTemporaryFile(suffix=".gz") as zipped:
            zipped.write(gzip.compress(small.read_bytes()))
            zipped.flush()
            tokenizer = clip.SimpleTokenizer(bpe_path=zipped.name)
        made = {"size": tokenizer.vocab_size, "ids": tokenizer(STRINGS, 77).tolist()}
        (out / "small.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")
    vocabulary = out / "bert" / "vocab.txt"
    made = {"uncased": bert(vocabulary, do_lower_case=True), "cased": bert(vocabulary, do_lower_case=False)}
    if minilm:
        made["minilm"] = bert(minilm / "vocab.txt", do_lower_case=True)
    (out / "bert.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")


main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
