# Makes normalize.json: texts and what TriviaQA's normalisation makes of them, as its published evaluation defines it:
# underscores become spaces, lower case, punctuation (ASCII's and four quotes) becomes spaces, articles as whole words
# become spaces, white space is collapsed. Python 3.11, standard library only.
#   python3 make_normalize_golden.py TRIVIAQA_JSONL > normalize.json
import json
import re
import string
import sys

REMOVED = set(string.punctuation) | set("\u2018\u2019\u00b4`")
ARTICLE = re.compile(r"\b(a|an|the)\b")


def normalized(text):
    lowered = text.replace("_", " ").lower()
    spaced = "".join(" " if c in REMOVED else c for c in lowered)
    return " ".join(ARTICLE.sub(" ", spaced).split()).strip()


HARD = [
    "The Beatles", "an apple a day", "  White\u00a0space\t\n here ", "snake_case_the_answer", "it\u2019s the \u2018end\u2019",
    "\u201cCurly doubles\u201d stay", "Beyonc\u00e9", "\u00c5NGSTR\u00d6M", "A\u2013B", "the\u2014a dash", "U.S.A.", "$1,000.50", "caf\u00e9-au-lait",
    "THEATRE", "banana", "a", "3rd", "na\u00efve the\u0301", "\u6771\u4eac", "\u0420\u043e\u0441\u0441\u0438\u044f", "AC/DC", "M*A*S*H", "rock `n` roll", "\u00b4t Hooft",
    "x\u00b2 a y\u00b2", "half \u00bd an hour", "\u3000ideographic\u3000space", "\U0001f40e", "The Good, the Bad and the Ugly", "S\u00e3o Paulo (city)",
]


def main():
    rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    aliases = [alias for row in rows for alias in row["aliases"]]
    odd = sorted({a for a in aliases if any(ord(c) > 127 for c in a)})[::40]
    texts = HARD + odd + aliases[::400]
    pairs = [[t, normalized(t)] for t in texts if normalized(t)]
    json.dump(pairs, sys.stdout, ensure_ascii=True, indent=0)


main()
