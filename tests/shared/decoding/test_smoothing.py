"""The best path, against every path there is, and against the plain recursion where there are too many."""

from __future__ import annotations

from itertools import groupby, pairwise, product

import numpy as np
import pytest

from shared.decoding.smoothing import Transitions, viterbi
from shared.errors import InputError


def score(path: tuple[int, ...], log_probs: np.ndarray, transitions: Transitions) -> float:
    heard = sum(log_probs[frame, class_id] for frame, class_id in enumerate(path))
    return float(heard + sum(transitions.log_probs[before, after] for before, after in pairwise(path)))


def shortest_stretch(path: tuple[int, ...]) -> int:
    return min(len(list(stretch)) for _, stretch in groupby(path))


@pytest.mark.parametrize("min_frames", [1, 2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_path_is_that_of_all(seed: int, min_frames: int) -> None:
    rng = np.random.default_rng(seed)
    log_probs = rng.normal(size=(7, 3)) * 2
    # Skewed changes, some far likelier than to go on, or the short cuts would never be put to the test.
    transitions = Transitions.of_changes(rng.gamma(0.2, size=(3, 3)) + 1e-6, rng.uniform(0.05, 0.9))
    every = [path for path in product(range(3), repeat=7) if shortest_stretch(path) >= min_frames]
    wanted = max(every, key=lambda path: score(path, log_probs, transitions))
    assert tuple(viterbi(log_probs, transitions, min_frames)) == wanted


def written_out(log_probs: np.ndarray, transitions: Transitions) -> list[int]:
    """Return the best path by the recursion as the books have it: every way into every class."""
    best, origins = log_probs[0], []
    for gains in log_probs[1:]:
        arrivals = best[:, None] + transitions.log_probs
        origins.append(arrivals.argmax(axis=0))
        best = arrivals.max(axis=0) + gains
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return path[::-1]


@pytest.mark.parametrize("spread", [0.1, 1.0, 4.0])
def test_the_short_cuts_change_nothing(spread: float) -> None:
    rng = np.random.default_rng(3)
    log_probs = rng.normal(size=(200, 60)) * spread
    changes = rng.gamma(0.3, size=(60, 60)) + 1e-6
    for transitions in (Transitions.uniform(60, 0.8), Transitions.of_changes(changes, 0.5)):
        assert viterbi(log_probs, transitions).tolist() == written_out(log_probs, transitions)


def test_a_flicker_goes_and_a_change_stays() -> None:
    said = np.array([0, 0, 0, 1, 0, 0, 0, 2, 2, 2, 2, 2])
    log_probs = np.log(np.full((12, 3), 0.1) + 0.7 * np.eye(3)[said])
    assert viterbi(log_probs, Transitions.uniform(3, 0.9)).tolist() == [0] * 7 + [2] * 5
    assert viterbi(log_probs, Transitions.uniform(3, 1 / 3)).tolist() == said.tolist()


def test_no_stretch_is_shorter_than_asked() -> None:
    rng = np.random.default_rng(0)
    log_probs = rng.normal(size=(300, 20)) * 5
    for min_frames in (2, 5):
        assert shortest_stretch(tuple(viterbi(log_probs, Transitions.uniform(20, 0.2), min_frames))) == min_frames
    assert len(set(viterbi(log_probs[:4], Transitions.uniform(20, 0.2), min_frames=5))) == 1


def test_one_frame_and_one_class() -> None:
    assert viterbi(np.log([[0.2, 0.8]]), Transitions.uniform(2, 0.9)).tolist() == [1]
    assert viterbi(np.zeros((4, 1)), Transitions(np.zeros((1, 1)))).tolist() == [0, 0, 0, 0]


def test_transitions_are_probabilities() -> None:
    uniform = np.exp(Transitions.uniform(361, 0.9).log_probs)
    assert np.diagonal(uniform) == pytest.approx(0.9)
    assert uniform[0, 1] == pytest.approx(0.1 / 360)
    counted = np.exp(Transitions.of_changes(np.array([[9, 1, 3], [2, 9, 2], [1, 1, 9]]), 0.5).log_probs)
    assert counted == pytest.approx(np.array([[0.5, 0.125, 0.375], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]))


def test_what_cannot_be_decoded_is_refused() -> None:
    two = Transitions.uniform(2, 0.9)
    with pytest.raises(InputError, match=r"the self transition is 1.0; it must lie between 0 and 1"):
        Transitions.uniform(2, 1.0)
    with pytest.raises(InputError, match="give impossible ones a small probability"):
        Transitions.of_changes(np.array([[0, 1, 0], [1, 0, 1], [1, 1, 0]]), 0.5)
    with pytest.raises(InputError, match=r"a table \[classes, classes\], not \[2, 3\]"):
        Transitions(np.zeros((2, 3)))
    with pytest.raises(InputError, match="frame 1 has a log-probability that is not finite"):
        viterbi(np.array([[0.0, 0.0], [0.0, -np.inf]]), two)
    for shape in ((0, 2), (5, 3), (5,)):
        with pytest.raises(InputError, match=r"need scores \[frames, 2\]"):
            viterbi(np.zeros(shape), two)
