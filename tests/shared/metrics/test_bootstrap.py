"""The paired bootstrap on planted songs."""

from __future__ import annotations

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.bootstrap import paired_bootstrap
from shared.metrics.chords import METRICS, ChordScores, SongScores


def result(values: list[float], lengths: list[float], names: str) -> ChordScores:
    nothing = np.zeros(32)
    rows = zip(values, lengths, names, strict=True)
    return ChordScores(
        tuple(SongScores(name, s, dict.fromkeys(METRICS, value), 0, 0, nothing, nothing) for value, s, name in rows)
    )


def test_the_difference_weighs_songs_by_length_whatever_their_order() -> None:
    first, second = result([0.9, 0.5], [300, 100], "ab"), result([0.9, 0.7], [100, 300], "ba")
    found = paired_bootstrap(first, second, "majmin")
    assert found.value == pytest.approx((0.2 * 300 - 0.4 * 100) / 400)
    assert (found.low, found.high) == (pytest.approx(-0.4), pytest.approx(0.2))


def test_the_same_gain_in_every_song_is_certain() -> None:
    lengths = [100.0, 200, 50, 10]
    found = paired_bootstrap(
        result([0.5, 0.6, 0.7, 0.8], lengths, "abcd"), result([0.4, 0.5, 0.6, 0.7], lengths, "abcd"), "root"
    )
    assert (found.value, found.low, found.high) == (pytest.approx(0.1), pytest.approx(0.1), pytest.approx(0.1))


def test_the_interval_is_that_of_the_normal_approximation_when_there_are_many_songs() -> None:
    rng = np.random.default_rng(0)
    names = "".join(chr(0x4E00 + index) for index in range(400))
    gains = rng.normal(0.05, 0.2, 400)
    first, second = result(gains.tolist(), [60.0] * 400, names), result([0.0] * 400, [60.0] * 400, names)
    found = paired_bootstrap(first, second, "mirex", samples=4000)
    error = gains.std() / np.sqrt(400)
    assert found.value == pytest.approx(gains.mean())
    assert (found.low, found.high) == (
        pytest.approx(gains.mean() - 1.96 * error, abs=0.1 * error),
        pytest.approx(gains.mean() + 1.96 * error, abs=0.1 * error),
    )
    assert paired_bootstrap(first, second, "mirex", samples=4000) == found


def test_songs_that_cannot_be_judged_are_left_out() -> None:
    first, second = result([0.9, np.nan, 0.1], [1, 1, 1], "abc"), result([0.8, 0.1, np.nan], [1, 1, 1], "abc")
    assert paired_bootstrap(first, second, "seg").value == pytest.approx(0.1)
    with pytest.raises(InputError, match="no song can be judged by seg"):
        paired_bootstrap(result([np.nan], [1], "a"), result([0.5], [1], "a"), "seg")


def test_other_songs_are_refused() -> None:
    with pytest.raises(InputError, match="only one has 'c'"):
        paired_bootstrap(result([0.5, 0.5], [1, 1], "ab"), result([0.5, 0.5, 0.5], [1, 1, 1], "abc"), "root")
