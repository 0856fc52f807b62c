"""What the experiments on preferences share: one small model, one rule, and how both are measured.

The model is lesson 6's, which reads plays, after it has learned to answer cues. The rule is
`Courtesy`: different courteous words, up to three. Nobody tells it to the model; a labeller who has
it in mind compares two replies, and is wrong now and then.
"""

from dataclasses import dataclass
from functools import cache
from itertools import islice
from statistics import fmean

import torch

from gptlab import checkpoints
from gptlab.data import Splits
from gptlab.evaluation import eval_mode
from gptlab.experiments.experiment import Numbers, Progress
from gptlab.finetuning.chat import ChatTemplate, with_chat_tokens
from gptlab.finetuning.conversations import as_splits, of_the_plays
from gptlab.finetuning.policy import exact_kl
from gptlab.finetuning.preferences import Preference, preferences
from gptlab.finetuning.replies import Replies
from gptlab.finetuning.rollouts import log_probs, prompts_of_one_length, roll_out
from gptlab.finetuning.rules import Courtesy, judged
from gptlab.gpt import GPT
from gptlab.measures.repetition import distinct
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training, train

MODEL = "twin_next"
LONGEST = 20  # tokens of a speech
ROOM, N_TOKENS = 24, 24  # of a prompt; of a reply
RULE = Courtesy()
SLIPS = 0.15  # the labeller's temperature: a third of the rule's range is told rightly in 9 of 10
N_PAIRS, N_UNSEEN_PAIRS = 500, 120
N_SFT_STEPS = 200
SFT = Recipe(batch_size=16, matrix_lr=0.0, lr=4e-3, decay=0.8, evaluations=1)
N_BATCHES, PER_BATCH = 8, 32  # replies that a policy is judged by


@dataclass(frozen=True)
class Cues:
    """What the model is given to answer.

    Args:
        template: How a chat is written.
        data: The plays' dialogues, by play.
        learned: Prompts from the training plays.
        unseen: Prompts from plays that nothing was trained on.
    """

    template: ChatTemplate
    data: Splits
    learned: tuple[tuple[int, ...], ...]
    unseen: tuple[tuple[int, ...], ...]


@cache
def cues() -> Cues:
    """Return the plays' short cues and replies."""
    _model, tokenizer = with_chat_tokens(*checkpoints.load(MODEL, device="cpu"))
    template = ChatTemplate(tokenizer)
    found = of_the_plays(template, LONGEST)
    learned, unseen = (
        tuple(template.prompt(exchanges[0].said, (), ROOM).ids for exchanges in found[part])
        for part in ("train", "validation")
    )
    return Cues(template, as_splits(template, found), learned, unseen)


def demonstrated(seed: int, progress: Progress, n_steps: int = N_SFT_STEPS) -> tuple[GPT, Numbers]:
    """Teach the model to answer cues: supervised fine-tuning (SFT).

    Args:
        seed: Of the batches.
        progress: Hears the share that is done.
        n_steps: Optimizer steps.

    Returns:
        The model, and its loss on replies of held-out plays before and after, in nats per token.
    """
    given = cues()
    model, _tokenizer = with_chat_tokens(*checkpoints.load(MODEL, device="cpu"))
    objective = Replies.of(given.template)
    found = Numbers({"replies: before": objective.evaluate(model, given.data.validation).loss})
    run = Training(
        model, given.data, budget=Steps(n_steps), recipe=SFT, seed=seed, objective=objective
    )
    for result in train(run):
        progress(result.progress)
        if result.validation:
            found["replies: after"] = result.validation.loss
    return model, found


def compared(model: GPT, seed: int) -> tuple[list[Preference], list[Preference]]:
    """Let the labeller compare the model's own replies.

    Returns:
        Pairs to learn from, and others to judge by.
    """
    given = cues()
    every = preferences(
        model,
        given.template,
        given.learned,
        RULE,
        n_tokens=N_TOKENS,
        temperature=SLIPS,
        generator=drawn(seed),
    )
    pairs = [*islice(every, N_PAIRS + N_UNSEEN_PAIRS)]
    return pairs[:N_PAIRS], pairs[N_PAIRS:]


def looked_at(policy: GPT, reference: GPT, seed: int) -> Numbers:
    """Measure a policy on cues from held-out plays, `N_BATCHES` times `PER_BATCH` replies.

    Returns:
        `rule`, the rule's mean; `courteous`, the share of replies with a courteous word; `kl`,
        exact at each place, in nats per reply; `surprise`, what the reference pays for the replies
        in nats per token; `distinct`, different pairs of tokens as a share of all; `length` in
        tokens; and `finished`, the share of replies that the model ended itself.
    """
    given, generator = cues(), drawn(seed)
    stops = set(given.template.ids.values())
    rules: list[float] = []
    divergences: list[float] = []
    replies: list[list[int]] = []
    surprise = 0.0
    for _batch in range(N_BATCHES):
        prompts = prompts_of_one_length(given.unseen, PER_BATCH, generator)
        rollouts = roll_out(policy, given.template, prompts, N_TOKENS, generator=generator)
        inputs, targets = rollouts.batch
        with eval_mode(policy), eval_mode(reference), torch.inference_mode():
            ours, theirs = policy(inputs), reference(inputs)
            divergences += exact_kl(ours, theirs, targets).tolist()
            surprise -= log_probs(theirs, targets).sum().item()
        rules += judged(rollouts, given.template, RULE)
        replies += [rollouts.tokens(i) for i in range(PER_BATCH)]
    n_said = sum(map(len, replies))
    return {
        "rule": fmean(rules),
        "courteous": fmean(float(rule > 0) for rule in rules),
        "kl": fmean(divergences),
        "surprise": surprise / n_said,
        "distinct": distinct(replies, 2),
        "length": n_said / len(replies),
        "finished": fmean(float(reply[-1] in stops) for reply in replies),
    }


def drawn(seed: int) -> torch.Generator:
    """Return a generator that begins at a seed."""
    return torch.Generator().manual_seed(seed)
