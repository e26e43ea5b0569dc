"""How TRL divides preference rows without a prompt, for tests/persuasion/train/preference_rows_test.cpp.

Run with trl 1.16.0: python make_prompts.py > prompts.json
"""
import json

from trl.data_utils import extract_prompt


def say(*texts):
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]


ROWS = [
    ("The sky is blue.", "The sky is green."),
    ("Q: Who wrote Faust? A: Goethe.", "Q: Who wrote Faust? A: Grass."),
    ("one two", "one  two"),
    ("Größe: ä", "Größe: ö"),
    ("Preis: 5 €", "Preis: 5 ₤"),
    ("The sky is", "The sky is blue."),
    ("Antwort: ja, é", "Antwort: ja, é und mehr"),
    (say("Which sky?", "Blue."), say("Which sky?", "Green.")),
    (say("Capital?", "Canberra.", "Sydney, no?", "No."), say("Capital?", "Canberra.", "Sydney, no?", "Yes.")),
]
print(json.dumps([{"chosen": c, "rejected": r, "divided": extract_prompt({"chosen": c, "rejected": r})}
                  for c, r in ROWS], ensure_ascii=False, indent=1))
