"""What the benchmark of the MIDI nets promises is counted as it says, and its regression knows no favourite key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.emotion_nets import FILES, _gains, _regression, costs
from shared.shipped import CHECKPOINTS
from shared.stack import is_installed


def test_a_gain_is_the_share_of_a_controls_nats_that_the_net_saves() -> None:
    result = {"overall": {"nll": 1.8}, "controls": {"histogram": {"nll": 3.6}, "bigram": {"nll": 1.9}}}
    bars = _gains("melody", result)
    assert [(bar.value, bar.holds) for bar in bars] == [(0.5, True), (pytest.approx(0.0526), False)]
    assert _gains("melody", None) == []


def test_costs_are_of_the_files_that_ship() -> None:
    bars = {bar.name: bar for bar in costs(CHECKPOINTS / "emotion")}
    assert len(bars) == 2 * len(FILES) + 2
    sizes = [bar for name, bar in bars.items() if name.endswith("(MB)")]
    assert [bar.target for bar in sizes] == [5.0, 2.0]
    assert all(bar.value > 0 and bar.holds for bar in sizes)


def test_no_files_cost_nothing(tmp_path: Path) -> None:
    assert [bar.value for bar in costs(tmp_path)] == [0, 0]


@pytest.mark.skipif(not is_installed("keras"), reason="the nets' samples stand on the composing wing")
def test_the_regression_answers_alike_in_every_key() -> None:
    from sequence_models.midi_models.samples import stacked
    from sequence_models.midi_models.synthetic import synthetic_samples
    from sequence_models.midi_models.tasks import TASK_TABLE
    from sequence_models.midi_models.transposition import transposed, turned

    inputs, targets = stacked(synthetic_samples(TASK_TABLE["harmony"], 300))
    steps = np.full(len(inputs), 5)
    plain, higher = (_regression(inputs, targets, asked) for asked in (inputs, transposed(inputs, targets, steps)[0]))
    np.testing.assert_allclose(higher, turned(plain, steps), atol=1e-6)
    assert (plain.argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.6
