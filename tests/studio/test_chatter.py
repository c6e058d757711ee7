"""The framework's chatter is dropped wherever it falls; everything else passes unchanged and at once."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from studio.chatter import ChatterFilter, without_chatter

NOISE = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"I0000 00:00:1795204329.768114   24464 port.cc:153] oneDNN custom operations are on.\r\n"
    b"E0000 00:00:1795204338.179658   24464 cuda_platform.cc:52] failed call to cuInit\n"
)
SAID = b"chord_generator demo: 26,007 weights\r\nepoch 1/1:   0%|          |\repoch 1/1:  50%|#####     |"


def test_chatter_between_lines_is_dropped() -> None:
    assert without_chatter(NOISE + b"Epochs: 3\n" + NOISE) == b"Epochs: 3\n"


def test_chatter_in_the_middle_of_a_bar_leaves_the_bar() -> None:
    chatter = ChatterFilter()
    assert chatter.feed(b"\repoch 1/1:  50%|#") == b"\repoch 1/1:  50%|#"
    assert chatter.feed(b"E0000 00:00:1795") == b""
    assert chatter.feed(b"204350.07 util.cc:131] DT_BOOL\n\repoch 2") == b"\repoch 2"
    assert chatter.flush() == b""


def test_a_bar_is_never_held_back() -> None:
    chatter = ChatterFilter()
    assert chatter.feed(SAID) == SAID


@given(cuts=st.lists(st.integers(0, len(SAID + NOISE + SAID)), max_size=12))
def test_however_the_stream_is_cut_the_same_is_shown(cuts: list[int]) -> None:
    text, chatter = SAID + NOISE + SAID, ChatterFilter()
    edges = [0, *sorted(cuts), len(text)]
    pieces = [chatter.feed(text[start:end]) for start, end in itertools.pairwise(edges)]
    assert b"".join(pieces) + chatter.flush() == SAID + SAID


def test_words_that_begin_like_chatter_are_shown_at_the_end() -> None:
    chatter = ChatterFilter()
    shown = chatter.feed(b"Everything is fine") + chatter.feed(b" and here\nWell") + chatter.flush()
    assert shown == b"Everything is fine and here\nWell"
