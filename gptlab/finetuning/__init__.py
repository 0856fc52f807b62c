"""Train a model on for something else: all weights, the last layer, or changes beside them."""

from gptlab.finetuning.answering import Answer, answer, answer_steps
from gptlab.finetuning.chat import ChatTemplate, Exchange, Prompt, with_chat_tokens
from gptlab.finetuning.classifier import (
    HEAD,
    Classifier,
    class_probabilities,
    read_ids,
    with_head,
    without_head,
)
from gptlab.finetuning.conversations import as_split, as_splits, of_the_plays
from gptlab.finetuning.dialogue import open_chat
from gptlab.finetuning.labelling import Judged, Labels, labelled_split
from gptlab.finetuning.lora import LowRank, add_lora, changes, merged
from gptlab.finetuning.methods import (
    METHODS,
    Full,
    LastLayer,
    LoRA,
    Method,
    load_trained,
    share_trained,
    trained,
)
from gptlab.finetuning.newrows import ChatLoRA
from gptlab.finetuning.replies import Replies
from gptlab.finetuning.scores import Interval, macro_accuracy, macro_difference, macro_interval
from gptlab.finetuning.stopping import Best, train_best
from gptlab.finetuning.tasks import GENRES, Labelled, Task, balanced, genre

__all__ = [
    "GENRES",
    "HEAD",
    "METHODS",
    "Answer",
    "Best",
    "ChatLoRA",
    "ChatTemplate",
    "Classifier",
    "Exchange",
    "Full",
    "Interval",
    "Judged",
    "Labelled",
    "Labels",
    "LastLayer",
    "LoRA",
    "LowRank",
    "Method",
    "Prompt",
    "Replies",
    "Task",
    "add_lora",
    "answer",
    "answer_steps",
    "as_split",
    "as_splits",
    "balanced",
    "changes",
    "class_probabilities",
    "genre",
    "labelled_split",
    "load_trained",
    "macro_accuracy",
    "macro_difference",
    "macro_interval",
    "merged",
    "of_the_plays",
    "open_chat",
    "read_ids",
    "share_trained",
    "train_best",
    "trained",
    "with_chat_tokens",
    "with_head",
    "without_head",
]
