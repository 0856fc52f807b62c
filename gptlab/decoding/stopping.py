"""Where a text ends: at a stop token, because a model knows no other end."""

from gptlab.tokenizers import Tokenizer


def tokens_with(tokenizer: Tokenizer, *marks: str) -> frozenset[int]:
    """Return the ids of all tokens that hold one of some marks, to stop at.

    Args:
        tokenizer: The tokenizer that the model was trained with.
        marks: Pieces of text, such as `.` or a line break; a token that holds one may hold more.

    Raises:
        ValueError: No mark is given or one is empty, or no token holds any of them.
    """
    if not marks or "" in marks:
        raise ValueError('expected marks to stop at, each of at least one character, such as ".".')
    wanted = [mark.encode() for mark in marks]
    found = frozenset(
        token
        for token in range(tokenizer.vocab_size)
        if any(mark in tokenizer.token_bytes(token) for mark in wanted)
    )
    if not found:
        raise ValueError(
            f"no token of {tokenizer.name} holds {' or '.join(map(repr, marks))} whole, so writing "
            "would never stop there. Choose a shorter mark."
        )
    return found
