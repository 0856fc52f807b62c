"""The plays come out as clean text, and no held-out scene is in the training text."""

import re
from collections import Counter

import pytest

from gptlab.corpora import (
    load,
    plays,
    replies,
    shakespeare,
    split_in_order,
    tiny_shakespeare,
)
from gptlab.corpora.markup import paragraphs
from gptlab.corpora.repairs import repair
from gptlab.datafiles import MissingDataError

SPLITS = ("train", "validation", "test")


def play(title):
    return next(play for play in plays() if play.title == title)


# --- the split


def test_32_plays_train_3_validate_and_3_test():
    assert Counter(play.split for play in plays()) == {"train": 32, "validation": 3, "test": 3}


@pytest.mark.parametrize("split", ["validation", "test"])
def test_each_held_out_set_has_a_comedy_a_history_and_a_tragedy(split):
    genres = sorted(play.genre for play in plays() if play.split == split)
    assert genres == ["comedy", "history", "tragedy"]


def test_no_play_is_in_two_splits_and_none_is_lost():
    titles = [play.title for play in plays()]
    assert len(set(titles)) == len(titles) == 38
    corpus = shakespeare()
    for one in plays():
        assert [one.text in corpus.split(split) for split in SPLITS] == [
            one.split == split for split in SPLITS
        ]


def test_no_60_characters_of_a_held_out_play_are_in_the_training_text():
    corpus, width = shakespeare(), 60
    held_out = {
        text[i : i + width]
        for text in (corpus.validation, corpus.test)
        for i in range(len(text) - width + 1)
    }
    shared = {
        window
        for i in range(len(corpus.train) - width + 1)
        if (window := corpus.train[i : i + width]) in held_out
    }
    assert shared == set()


def test_sizes_of_the_corpus():
    corpus = shakespeare()
    assert [corpus.n_bytes(split) for split in SPLITS] == [4_203_540, 393_061, 399_024]
    assert all(corpus.split(split).isascii() for split in SPLITS)
    assert len(corpus.alphabet()) == 78


# --- plain text


def test_no_markup_is_left():
    markup = r"[*_#\\<>`]|&(?!c\.)|\t|\r|  | \n|\n\n\n"
    assert {one.title: re.findall(markup, one.text) for one in plays()} == {
        one.title: [] for one in plays()
    }


def test_every_paragraph_is_a_title_a_heading_a_direction_or_a_speech():
    heading = r"(ACT [IV]+|INDUCTION.*|(SCENE [IVX]+|PROLOGUE|EPILOGUE)(\. .+)?)"
    direction = r"\[[^\[\]\n]+\]"
    speech = r"[A-Z][A-Za-z',. &-]*:(\n.+)+"
    known = re.compile(f"{heading}|{direction}|{speech}")
    for one in plays():
        first, *rest = one.text.rstrip("\n").split("\n\n")
        assert first == one.title.upper()
        assert [paragraph for paragraph in rest if not known.fullmatch(paragraph)] == []


def test_brackets_hold_whole_lines():
    lines = [line for one in plays() for line in one.text.split("\n") if set(line) & set("[]")]
    assert len(lines) > 6_000
    assert [line for line in lines if not re.fullmatch(r"\[[^\[\]]+\]", line)] == []


def test_a_famous_scene_reads_as_printed():
    assert (
        "\n\nSCENE II. Capulet's orchard.\n\n[Enter ROMEO]\n\nROMEO:\n"
        "He jests at scars that never felt a wound.\n[JULIET appears above at a window]\n"
        "But, soft! what light through yonder window breaks?\n"
    ) in play("Romeo and Juliet").text


def test_a_direction_inside_a_speech_stays_in_the_speech():
    markdown = "**A**  \nCome.  \n\n_Knocks_\n\nWho is it?\n\n_\\[Aside] _  \nNobody.\n"
    (speech,) = paragraphs(repair(markdown))
    assert (speech.speaker, speech.lines) == (
        "A",
        ["Come.", "[Knocks]", "Who is it?", "[Aside]", "Nobody."],
    )


def test_a_paragraph_without_a_speaker_is_an_error_and_not_lost():
    with pytest.raises(ValueError, match=r"expected a speaker.*'Who speaks\?'.*repairs"):
        paragraphs("### SCENE I. A room.\n\n_Enter A_\n\nWho speaks?\n")


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("The end?  \nBISHOP\n\n**OF ELY**  \nAy.", "The end?  \n\n**BISHOP OF ELY**  \nAy."),
        ("No.\nLord Chief-Justice What?", "No.\n\n**Lord Chief-Justice**  \nWhat?"),
        ("my sea sha$l suck", "my sea shall suck"),
        ("And either _[ ]_", "And either ..."),
        ("sing, &amp; c. Now", "sing, &c. Now"),
    ],
)
def test_slips_of_the_edition_are_mended(broken, mended):
    assert repair(broken) == mended


def test_names_that_the_edition_misprints_are_gone():
    speakers = {speech.speaker for play in plays() for speech in play.speeches}
    assert "Lord Chief-Justice" in speakers
    assert not speakers & {"HERNIA", "SU FFOLK", "Here stand I", "Scene III", "OF WINCHESTER"}


# --- speeches and replies


def test_speeches_hold_spoken_words_only():
    speeches = [speech for play in plays() for speech in play.speeches]
    assert len(speeches) > 31_000
    assert all(speech.text.strip() and "[" not in speech.text for speech in speeches)


def test_every_speech_is_in_the_text_of_its_play():
    one = play("Macbeth")
    assert len(one.speeches) == one.text.count(":\n") - sum(
        speech.text.count(":\n") for speech in one.speeches
    )
    for speech in one.speeches:
        assert f"\n{speech.speaker}:\n" in one.text
        assert all(line in one.text for line in speech.text.split("\n"))


def test_scenes_are_numbered_as_in_the_book():
    scenes = list(dict.fromkeys(speech.scene for speech in play("Romeo and Juliet").speeches))
    assert scenes[:3] == ["ACT I, PROLOGUE", "ACT I, SCENE I", "ACT I, SCENE II"]
    assert scenes[-1] == "ACT V, SCENE III"


def test_no_scene_comes_twice():
    for one in plays():
        runs = [
            s.scene
            for s, before in zip(one.speeches, (None, *one.speeches), strict=False)
            if before is None or before.scene != s.scene
        ]
        assert len(runs) == len(set(runs)), one.title


def test_a_reply_follows_its_cue_in_one_scene_by_another_speaker():
    pairs = list(replies())
    assert len(pairs) > 30_000
    for cue, reply in pairs:
        assert (cue.play, cue.scene) == (reply.play, reply.scene)
        assert cue.speaker != reply.speaker
    cue, reply = pairs[[cue.play for cue, _ in pairs].index("Hamlet")]
    assert (cue.text, reply.speaker) == ("Who's there?", "FRANCISCO")


# --- the reader's own files


def test_a_file_is_split_in_order_nine_to_one(tmp_path):
    file = tmp_path / "digits.txt"
    file.write_bytes(b"0123456789" * 3)
    corpus = load(file)
    assert (corpus.name, corpus.train, corpus.validation, corpus.test) == (
        "digits",
        "012345678901234567890123456",
        "789",
        "",
    )


def test_the_split_counts_characters_not_bytes():
    corpus = split_in_order("tea", "茶" * 10)
    assert (corpus.train, corpus.n_bytes("validation")) == ("茶" * 9, 3)


def test_a_mark_is_dropped_and_newlines_become_plain(tmp_path):
    file = tmp_path / "windows.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\nfour\r\n")
    corpus = load(str(file))
    assert corpus.train + corpus.validation == "one\ntwo\nthree\nfour\n"


def test_a_folder_is_its_text_files_in_order(tmp_path):
    (tmp_path / "b.md").write_text("second\n\n")
    (tmp_path / "a.TXT").write_text("first\n")
    (tmp_path / "c.csv").write_text("1,2\n")
    (tmp_path / ".hidden.txt").write_text("secret\n")
    corpus = load(tmp_path)
    assert corpus.train + corpus.validation == "first\n\nsecond\n"


def test_the_current_folder_has_a_name(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("some text")
    monkeypatch.chdir(tmp_path)
    assert load(".").name == tmp_path.name


@pytest.mark.parametrize(
    ("data", "byte", "offset", "encoding"),
    [
        ("café".encode("latin-1") + b" au lait", "0xe9", 3, "windows-1252"),
        (b"\xef\xbb\xbfab\xff", "0xff", 2, "windows-1252"),
        ("hello".encode("utf-16"), "0xff", 0, "utf-16"),
    ],
)
def test_not_utf_8_names_file_offset_and_remedy(tmp_path, data, byte, offset, encoding):
    file = tmp_path / "old.txt"
    file.write_bytes(data)
    message = rf"UTF-8 in .*old\.txt.*{byte} at offset {offset} .*iconv -f {encoding}"
    with pytest.raises(ValueError, match=message):
        load(file)


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_no_text_is_an_error(tmp_path, text):
    file = tmp_path / "empty.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"expected text in the corpus 'empty'"):
        load(file)


def test_one_character_cannot_be_split():
    with pytest.raises(ValueError, match="long enough for two parts"):
        split_in_order("one", "a")


def test_another_kind_of_file_is_an_error(tmp_path):
    file = tmp_path / "book.pdf"
    file.write_bytes(b"%PDF")
    with pytest.raises(ValueError, match=r"\.txt or \.md, came .*book\.pdf.*plain text"):
        load(file)


def test_a_misspelt_file_names_the_one_nearby(tmp_path):
    (tmp_path / "sonnets.txt").write_text("Shall I compare thee")
    with pytest.raises(FileNotFoundError, match=r"Did you mean 'sonnets\.txt'\?"):
        load(tmp_path / "sonets.txt")
    with pytest.raises(FileNotFoundError, match="Check the spelling and the folder"):
        load(tmp_path / "xyz.txt")
    with pytest.raises(FileNotFoundError, match="even the folder"):
        load(tmp_path / "nowhere" / "sonnets.txt")


def test_a_folder_without_text_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="found none"):
        load(tmp_path)


# --- tiny-shakespeare


def test_tiny_shakespeare_names_the_command_that_downloads_it(tmp_path):
    with pytest.raises(MissingDataError, match="gptlab data --get tiny-shakespeare"):
        tiny_shakespeare(tmp_path)


def test_a_truncated_tiny_shakespeare_is_not_taken(tmp_path):
    (tmp_path / "tinyshakespeare.txt").write_text("First Citizen:\n")
    with pytest.raises(MissingDataError, match="not there or not whole"):
        tiny_shakespeare(tmp_path)
