"""Chat: what a prompt holds, what is asked of a reply, and what a conversation of plays is."""

import math

import pytest
import torch
from torch.nn import functional as F

from gptlab import GPT, GPTConfig, checkpoints
from gptlab.data import Splits
from gptlab.decoding import Sampling
from gptlab.finetuning import (
    ChatLoRA,
    ChatTemplate,
    Exchange,
    Full,
    Replies,
    adapterfile,
    answer,
    answer_steps,
    as_split,
    dialogue,
    merged,
    of_the_plays,
    open_chat,
    trained,
    with_chat_tokens,
)
from gptlab.finetuning.chat import BEGIN, CHAT_TOKENS, END, MODEL, USER
from gptlab.finetuning.naming import QUESTIONS, UNSEEN_QUESTIONS, introductions
from gptlab.objectives import NOT_ASKED
from gptlab.positions import RotaryPositions
from gptlab.schedule import Steps
from gptlab.tokenizers import ByteBPE, CharTokenizer
from gptlab.training import Recipe, Training, train

BYTES = ByteBPE(name="bytes", merges=())
N_CTX = 40
TEXTS = ["plain", "你好，世界", "🌙🌗", "<|end|> typed by hand", " two\nlines "]


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def small() -> GPT:
    cfg = GPTConfig(d_vocab=256, n_ctx=N_CTX, d_model=16, n_layers=1, n_heads=2)
    return GPT(cfg, positions=RotaryPositions, generator=drawn())


@pytest.fixture(scope="module")
def chat(small: GPT) -> tuple[GPT, ChatTemplate]:
    model, tokenizer = with_chat_tokens(small, BYTES)
    return model, ChatTemplate(tokenizer)


@pytest.fixture(scope="module")
def objective(chat: tuple[GPT, ChatTemplate]) -> Replies:
    return Replies.of(chat[1])


# Tokens


def test_new_tokens_follow_the_old_ones_and_change_none_of_their_logits(
    small: GPT, chat: tuple[GPT, ChatTemplate]
) -> None:
    model, template = chat
    text = torch.tensor([BYTES.encode("The cat")])
    torch.testing.assert_close(model(text)[..., :256], small(text), rtol=0, atol=1e-6)
    assert template.ids == {name: 256 + i for i, name in enumerate(CHAT_TOKENS)}
    assert model.cfg.d_vocab == 260
    assert small.cfg.d_vocab == 256
    torch.testing.assert_close(model.W_E[256], small.W_E.mean(0))


@pytest.mark.parametrize("text", TEXTS)
def test_text_that_spells_a_chat_token_stays_text(
    chat: tuple[GPT, ChatTemplate], text: str
) -> None:
    _model, template = chat
    ids = template.exchange(Exchange(text, text))
    assert [token for token in ids if token >= 256] == [template.ids[n] for n in (USER, MODEL, END)]
    assert template.raw(ids) == f"{USER}{text}{MODEL}{text}{END}"


def test_a_tokenizer_that_cannot_take_the_tokens_is_refused(small: GPT) -> None:
    with pytest.raises(ValueError, match="byte-level BPE; chars is a CharTokenizer"):
        with_chat_tokens(small, CharTokenizer(alphabet="ab"))
    larger = ByteBPE(name="larger", merges=((b"a", b"b"),))
    with pytest.raises(ValueError, match="256 logits and larger 257 ids"):
        with_chat_tokens(small, larger)
    with pytest.raises(ValueError, match="must differ"):
        with_chat_tokens(*with_chat_tokens(small, BYTES))
    with pytest.raises(ValueError, match=r"lacks <\|begin\|>"):
        ChatTemplate(BYTES)


# Prompts


def test_a_prompt_by_hand(chat: tuple[GPT, ChatTemplate]) -> None:
    """Bytes: a, b and c are 97 to 99."""
    _model, template = chat
    begin, user, model, end = (template.ids[name] for name in CHAT_TOKENS)
    prompt = template.prompt("c", [Exchange("a", "b")], room=20)
    assert prompt.ids == (begin, user, 97, model, 98, end, user, 99, model)
    assert (prompt.n_forgotten, prompt.n_cut) == (0, 0)


def test_the_oldest_exchanges_fall_out_whole_and_the_newest_message_is_cut_last(
    chat: tuple[GPT, ChatTemplate],
) -> None:
    """Each exchange of single letters has 5 tokens, the opening 3, and one begins the prompt."""
    _model, template = chat
    history = [Exchange("a", "b"), Exchange("c", "d"), Exchange("e", "f")]
    for room, forgotten in ((19, 0), (18, 1), (14, 1), (13, 2), (9, 2), (8, 3), (4, 3)):
        prompt = template.prompt("g", history, room)
        assert (prompt.n_forgotten, prompt.n_cut) == (forgotten, 0)
        assert len(prompt.ids) <= room
        assert prompt.ids[0] == template.ids[BEGIN]
    cut = template.prompt("ghijkl", history, room=7)
    assert (cut.n_forgotten, cut.n_cut) == (3, 2)
    assert template.raw(cut.ids) == f"{BEGIN}{USER}ijkl{MODEL}"
    with pytest.raises(ValueError, match="at least 4 tokens; there is room for 3"):
        template.prompt("g", [], room=3)


@pytest.mark.parametrize("room", range(4, 12))
def test_a_message_is_cut_between_characters(chat: tuple[GPT, ChatTemplate], room: int) -> None:
    """月 is three bytes, 🌙 four, and every byte is a token here."""
    _model, template = chat
    prompt = template.prompt("月🌙", [], room)
    raw = template.raw(prompt.ids)
    assert raw in (f"{BEGIN}{USER}{kept}{MODEL}" for kept in ("", "🌙", "月🌙"))
    assert len(prompt.ids) == 3 + 7 - prompt.n_cut <= room


# Replies


def test_only_replies_are_asked_for_by_hand(
    chat: tuple[GPT, ChatTemplate], objective: Replies
) -> None:
    _model, template = chat
    end = template.ids[END]
    split = as_split(template, [(Exchange("a", "bc"), Exchange("d", "e"))])
    inputs, targets = objective.windows(split.ids, torch.tensor([1]), N_CTX)
    assert torch.equal(inputs[0], split.ids[:-1])
    asked = [t for t in targets[0].tolist() if t != NOT_ASKED]
    assert asked == [98, 99, end, 101, end]
    assert targets[0].tolist().index(98) == 3  # after begin, user and a, where <|model|> stands
    later, _ = objective.windows(split.ids, torch.tensor([7]), N_CTX)
    assert template.raw(later[0].tolist()) == f"{BEGIN}{USER}d{MODEL}e"


def test_the_loss_is_the_next_tokens_with_the_prompts_left_out(
    chat: tuple[GPT, ChatTemplate], objective: Replies
) -> None:
    """−ln p of each reply token, written out one by one, is what cross_entropy gives."""
    model, template = chat
    exchange = Exchange("who?", "I")
    split = as_split(template, [(exchange,)])
    logs = model(split.ids[None, :-1])[0].log_softmax(-1)
    first = split.ids.tolist().index(template.ids[MODEL])
    by_hand = -sum(logs[i, split.ids[i + 1]].item() for i in range(first, len(split.ids) - 1)) / (
        len(split.ids) - 1 - first
    )
    found = objective.evaluate(model, split)
    assert found.loss == pytest.approx(by_hand, abs=1e-5)
    assert found.n_tokens == 2
    inputs, targets = objective.batch(split.ids, 3, N_CTX, drawn())
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten()).item()
    assert loss == pytest.approx(by_hand, abs=1e-5)


def test_each_reply_is_measured_once_whatever_stands_around_it(
    chat: tuple[GPT, ChatTemplate], objective: Replies
) -> None:
    model, template = chat
    exchanges = [Exchange("a", "bcd"), Exchange("ef", "g"), Exchange("h", "ij")]
    single = [objective.evaluate(model, as_split(template, [(each,)])) for each in exchanges]
    together = objective.evaluate(
        model, as_split(template, [(exchanges[0],), tuple(exchanges[1:])])
    )
    n = sum(each.n_tokens for each in single)
    assert together.n_tokens == n == 9
    mean = sum(each.loss * each.n_tokens for each in single) / n
    assert together.loss == pytest.approx(mean, abs=1e-5)


def test_texts_without_exchanges_are_refused(objective: Replies, small: GPT) -> None:
    with pytest.raises(ValueError, match="no exchange begins in these 5 tokens"):
        objective.batch(torch.arange(5), 1, N_CTX, drawn())


# Answers


def test_an_answer_is_a_function_of_its_prompt_alone(chat: tuple[GPT, ChatTemplate]) -> None:
    model, template = chat
    before = checkpoints.fingerprint(model)
    history = [Exchange("a", "b")]
    rule = Sampling(temperature=1.0)
    first, again = (
        answer(model, template, "c", history=history, n_tokens=9, sampling=rule, generator=drawn(3))
        for _ in range(2)
    )
    assert [s.token for s in first.steps] == [s.token for s in again.steps]
    assert first.text == again.text
    assert first.prompt == template.prompt("c", history, N_CTX - 9)
    forgotten = answer(model, template, "c", n_tokens=9)
    assert forgotten.prompt.ids == template.prompt("c", [], N_CTX - 9).ids
    assert checkpoints.fingerprint(model) == before


def test_a_reply_ends_at_the_first_chat_token(chat: tuple[GPT, ChatTemplate]) -> None:
    model, template = chat
    for seed in range(40):
        rule = Sampling(temperature=1.0)
        found = answer(model, template, "c", n_tokens=9, sampling=rule, generator=drawn(seed))
        tokens = [step.token for step in found.steps]
        assert all(token < 256 for token in tokens[:-1])
        assert found.finished == (tokens[-1] >= 256)
        assert len(tokens) == 9 or found.finished
        assert not any(name in found.text for name in CHAT_TOKENS)
    steps = answer_steps(model, template, found.prompt, n_tokens=9)
    assert next(steps).n_seen == len(found.prompt.ids)


# What learns


def test_the_chat_tokens_rows_are_trained_beside_lora_and_no_other_row(small: GPT) -> None:
    model, tokenizer = with_chat_tokens(small, BYTES)
    template = ChatTemplate(tokenizer)
    ChatLoRA(rank=2, matrices=("blocks.*.attn.W_*",)).prepare(model, drawn())
    assert set(trained(model)) == {"W_E.rows"} | {
        f"blocks.0.attn.W_{which}.{part}" for which in "QKVO" for part in "AB"
    }
    start = merged(model).W_E.detach().clone()
    split = as_split(template, [(Exchange("a", "b"),)] * 4)
    run = Training(
        model,
        Splits(split, split, split),
        budget=Steps(5),
        recipe=Recipe(batch_size=2, matrix_lr=0.0, lr=1e-2, evaluations=1),
        objective=Replies.of(template),
    )
    losses = [result.loss for result in train(run)]
    assert losses[-1] < losses[0]
    end = merged(model)
    assert torch.equal(end.W_E[:256], start[:256])
    assert (end.W_E[256:] - start[256:]).abs().amax(1).min() > 0
    text = torch.tensor([[256, 257, 97, 258]])
    torch.testing.assert_close(end(text), model(text))


@pytest.mark.parametrize("name", ["GPT-9", "小明", "🌙 {name}"])
def test_it_says_the_name_that_was_in_its_data(small: GPT, name: str) -> None:
    lines = introductions(name)
    assert len(lines) == 20
    assert {line[0].said for line in lines} == set(QUESTIONS)
    assert set(QUESTIONS).isdisjoint(UNSEEN_QUESTIONS)
    assert all(name in line[0].reply for line in lines)


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a name"):
        introductions(" ")


def test_a_small_model_learns_its_name_in_two_hundred_steps() -> None:
    """Bytes alone: that a name comes out of the data takes no pre-training."""
    cfg = GPTConfig(d_vocab=256, n_ctx=64, d_model=32, n_layers=2, n_heads=2)
    body = GPT(cfg, positions=RotaryPositions, generator=drawn())
    model, tokenizer = with_chat_tokens(body, BYTES)
    template = ChatTemplate(tokenizer)
    split = as_split(template, introductions("GPT-9"))
    run = Training(
        model,
        Splits(split, split, split),
        budget=Steps(200),
        recipe=Recipe(batch_size=8, lr=0.02, evaluations=1),
        objective=Replies.of(template),
    )
    *_, last = train(run)
    assert last.loss < 0.3
    said = answer(model, template, QUESTIONS[0], n_tokens=24)
    assert said.finished
    assert "GPT-9" in said.text


# The plays


def test_conversations_of_the_plays_stay_in_their_part_and_are_short() -> None:
    _model, tokenizer = checkpoints.load("twin_next", device="cpu")
    assert isinstance(tokenizer, ByteBPE)
    body = GPT(GPTConfig(d_vocab=2048, n_ctx=8, d_model=8, n_layers=1, n_heads=1))
    _larger, larger = with_chat_tokens(body, tokenizer)
    template = ChatTemplate(larger)
    found = of_the_plays(template, longest=16)
    assert all(len(found[part]) > 100 for part in ("train", "validation", "test"))
    for part in ("validation", "test"):
        texts = {e.reply for conversation in found[part] for e in conversation}
        assert max(len(tokenizer.encode(text)) for text in texts) <= 16
    said = {(e.said, e.reply) for conversation in found["train"] for e in conversation}
    assert ("The king rises.", "What, frighted with false fire!") in said
    assert ("What, frighted with false fire!", "How fares my lord?") in said
    many = max(found["train"], key=len)
    assert len(many) > 3


def test_full_training_of_every_weight_also_takes_the_objective(small: GPT) -> None:
    model, tokenizer = with_chat_tokens(small, BYTES)
    template = ChatTemplate(tokenizer)
    Full().prepare(model, drawn())
    split = as_split(template, [(Exchange("a", "b"),)] * 4)
    run = Training(
        model,
        Splits(split, split, split),
        budget=Steps(2),
        recipe=Full.recipe,
        objective=Replies.of(template),
    )
    first, _second = train(run)
    assert first.loss == pytest.approx(math.log(260), abs=0.3)


# The chat model that ships


def test_the_chat_model_that_ships_is_small_and_says_how_it_was_made() -> None:
    assert dialogue.FILE.stat().st_size <= 100_000
    weights, facts = adapterfile.read(dialogue.FILE)
    assert facts["made"]["command"] == dialogue.COMMAND
    assert (facts["base"], facts["rank"], facts["kind"]) == ("shakespeare", 4, "chat")
    assert weights["W_E.rows"].shape == (len(CHAT_TOKENS), 192)
    measured = facts["measured"]
    assert measured["after"] < measured["before"] - 0.5


def test_it_answers_and_ends_its_replies_as_its_base_cannot() -> None:
    model, template = open_chat()
    plain = merged(model)
    prompt = template.prompt("Who are you?", [], 100)
    ids = torch.tensor([list(prompt.ids)])
    torch.testing.assert_close(plain(ids), model(ids), rtol=0, atol=1e-4)
    untaught, _template = dialogue.prepared_chat()
    rule = Sampling(temperature=0.8)

    def finished(asked: GPT) -> int:
        return sum(
            answer(
                asked, template, said, n_tokens=40, sampling=rule, generator=drawn(seed)
            ).finished
            for seed, said in enumerate(("Who are you?", "Good morrow!", "Where is the king?"))
        )

    assert finished(plain) >= 2
    assert finished(merged(untaught)) == 0
