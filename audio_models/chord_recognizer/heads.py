"""From hidden states to chords, alike in all twelve keys.

    hidden [batch, frames, channels * 12] + Linear of folded [batch, frames, 12, n]: what is heard of each pitch class
        seen from each root: the same twelve, turned so that the root comes first
        Dense 48, gelu, shared by all roots
            Dense 30: scores of the root's chord types     Dense 1, mean over roots: N
            Dense 1: the pitch class as bass note
    joint [batch, frames, 361]       log-probabilities of `shared.music.chord_classes`
    chord_type [.., 32], root [.., 12]      log-probabilities of the joint distribution's margins
    bass_note [.., 12]                      logits

A type is judged by the intervals above a root, so what is learned of `C:hdim7` holds for `F#:hdim7`. The heads that
the contract asks for are margins: they can never contradict the joint distribution, as independent heads do where
A:min and C:maj are equally likely and A:maj is what they make of it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from audio_models.chord_recognizer.pitch_classes import PitchClassLinear, by_channel, by_pitch_class
from shared.music.chord_classes import N_QUALITIES, N_ROOTS

Heads = dict[str, Tensor]

_HIDDEN = 48
_NEVER = -30.0  # log-probability of X, which nobody is taught


class ChordHeads(nn.Module):
    """Scores of chords, types, roots and bass notes."""

    def __init__(self, channels: int, folded_dim: int) -> None:
        """Take the channels of the hidden states, and how many numbers the stem gives for a pitch class."""
        super().__init__()
        self.folded = nn.Linear(folded_dim, channels)
        self.seen = PitchClassLinear(channels, _HIDDEN)
        self.types = nn.Linear(_HIDDEN, N_QUALITIES)
        self.bass = nn.Linear(_HIDDEN, 1)
        self.no_chord = nn.Linear(_HIDDEN, 1)

    def forward(self, hidden: Tensor, folded: Tensor) -> Heads:
        """Return the heads, each [batch, frames, classes].

        Args:
            hidden: states that have heard what is around, [batch, frames, channels * 12].
            folded: what the stem heard of each pitch class, [batch, frames, 12, folded_dim].
        """
        heard = hidden + by_channel(self.folded(folded))
        seen = F.gelu(by_pitch_class(self.seen(heard)))
        no_chord = self.no_chord(seen).mean(dim=-2)
        scores = torch.cat([self.types(seen).flatten(2), no_chord], dim=-1)
        return {**margins(F.log_softmax(scores, dim=-1)), "bass_note": self.bass(seen)[..., 0]}


def margins(joint: Tensor) -> Heads:
    """Return `joint`, and `chord_type` and `root` of it, from log-probabilities [batch, frames, 361]."""
    table = joint[..., :-1].unflatten(-1, (N_ROOTS, N_QUALITIES))
    no_chord = joint[..., -1:]
    types = torch.logsumexp(table, dim=-2)
    never = torch.full_like(no_chord, _NEVER)
    return {
        "joint": joint,
        "chord_type": torch.cat([types, no_chord, never], dim=-1),
        "root": torch.logsumexp(table, dim=-1),
    }
