"""The loop that one writes by hand: ``AutoModelForQuestionAnswering`` over one padded batch of all passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.bench.peers.worker import ReaderJob, serve

LONGEST_ANSWER = 30


@dataclass(frozen=True, slots=True)
class Best:
    """The best span of a passage and its start + end - null."""

    score: float
    text: str


class Loop:
    """Best start + end over the passage's tokens, an answer being at most thirty of them."""

    def __init__(self, job: ReaderJob) -> None:
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        dtype = torch.bfloat16 if job.format == "bf16" else torch.float32
        self._tokenizer = AutoTokenizer.from_pretrained(job.model)
        self._model = AutoModelForQuestionAnswering.from_pretrained(job.model, dtype=dtype).eval()

    def answer(self, question: str, passages: Sequence[str]) -> str:
        """The span that beats its passage's null by most."""
        return max(self._best(question, passages), key=lambda best: best.score).text

    def _best(self, question: str, passages: Sequence[str]) -> list[Best]:
        import torch

        encoded = self._tokenizer([question] * len(passages), list(passages), padding=True, return_offsets_mapping=True,
                                  truncation="only_second", max_length=384, return_tensors="pt")  # fmt: skip
        with torch.inference_mode():
            output = self._model(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"])
        starts, ends = output.start_logits.float(), output.end_logits.float()
        found = []
        for row, passage in enumerate(passages):
            context = torch.tensor([owner == 1 for owner in encoded.sequence_ids(row)])
            scores = starts[row].masked_fill(~context, -1e9)[:, None] + ends[row].masked_fill(~context, -1e9)[None, :]
            allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
            first, last = divmod(int(scores.masked_fill(~allowed, -3e9).argmax()), scores.shape[1])
            places = encoded["offset_mapping"][row]
            null = float(starts[row, 0] + ends[row, 0])
            found.append(Best(float(scores[first, last]) - null, passage[int(places[first, 0]) : int(places[last, 1])]))
        return found


if __name__ == "__main__":
    serve(Loop, ["transformers", "torch"])
