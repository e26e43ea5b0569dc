"""Do the rows of `pbt mine` train in TRL as they are?

Loads DIR/{train,valid,test}.jsonl with `datasets` and takes one DPO step with TRL's trainer, on a tiny Llama with random
weights and a tokenizer that is trained here on the rows themselves. Nothing is renamed, mapped or removed on the way.
Checks besides: what TRL tokenised is prompt + reply and nothing else, and at step 0 the loss is ln 2 (policy and
reference are the same model).

    python tests/golden/trl/check_pairs.py DIR        # DIR: the --output-dir of pbt mine

Written for trl 1.16.0, datasets 5.2.0, transformers 5.23.0, tokenizers 0.23.3, torch 2.13.0; runs on the CPU in seconds.
"""

import copy
import math
import pathlib
import sys
import tempfile

from datasets import disable_progress_bars, load_dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

COLUMNS = ["prompt", "chosen", "rejected", "kind", "question_id", "node_chosen", "node_rejected", "agent", "turn"]
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer_of(rows):
    texts = [m["content"] for row in rows for part in ("prompt", "chosen", "rejected") for m in row[part]]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=600, special_tokens=special, initial_alphabet=alphabet))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = CHATML
    return tokenizer


def tiny_llama(vocabulary):
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
        )
    )


def check_columns(data):
    for split, rows in data.items():
        assert rows.column_names == COLUMNS, (split, rows.column_names)
        kinds = list(rows["kind"])
        print(f"{split}: {len(rows)} rows, {kinds.count('resist')} resist, {kinds.count('accept')} accept")
    seen = [question for rows in data.values() for question in set(rows["question_id"])]
    assert len(seen) == len(set(seen)), "a question stands in two splits"


def check_tokenised(trainer, raw, tokenizer):
    """The trainer's own first row against the chat template applied here."""
    row = trainer.train_dataset[0]
    ids = {key: row[key] for key in row if key.endswith("ids")}
    prompt = tokenizer.apply_chat_template(raw["prompt"], tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(raw["prompt"] + raw["chosen"], tokenize=False)
    got_prompt = tokenizer.decode(ids["prompt_ids"])
    got_chosen = tokenizer.decode(ids["chosen_ids"])
    assert got_prompt == prompt, (got_prompt, prompt)
    assert (got_prompt + got_chosen).rstrip("\n") == whole.rstrip("\n"), (got_prompt + got_chosen, whole)


def main(folder):
    disable_progress_bars()
    # `datasets` refuses a file without rows, which a small run may give for valid or test.
    paths = {split: folder / f"{split}.jsonl" for split in ("train", "valid", "test")}
    files = {split: str(path) for split, path in paths.items() if path.stat().st_size > 0}
    with tempfile.TemporaryDirectory() as scratch:
        data = load_dataset("json", data_files=files, cache_dir=scratch)
        check_columns(data)
        tokenizer = tokenizer_of(data["train"])
        model = tiny_llama(len(tokenizer))
        trainer = DPOTrainer(
            model=model,
            ref_model=copy.deepcopy(model),
            args=DPOConfig(
                output_dir=scratch,
                max_steps=1,
                per_device_train_batch_size=2,
                logging_steps=1,
                use_cpu=True,
                bf16=False,
                gradient_checkpointing=False,
                report_to=[],
                disable_tqdm=True,
                save_strategy="no",
            ),
            train_dataset=data["train"],
            eval_dataset=data.get("valid"),
            processing_class=tokenizer,
        )
        check_tokenised(trainer, data["train"][0], tokenizer)
        loss = trainer.train().training_loss
    assert abs(loss - math.log(2)) < 1e-4, loss
    print(f"TRL took the rows as they are: one DPO step, loss {loss:.6f} (ln 2 = {math.log(2):.6f})")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
