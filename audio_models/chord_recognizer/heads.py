"""From hidden states to chords, alike in all twelve keys.

    hidden [batch, frames, d_model], folded [batch, frames, 12, n]
        Linear 12 x 16 of hidden + Linear 16 of folded: what is heard of each pitch class
        seen from each root: the same twelve, turned so that the root comes first
        Dense 48, gelu, shared by all roots
            Dense 30: scores of the root's chord types     Linear d_model -> 1: N
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

from shared.music.chord_classes import N_QUALITIES, N_ROOTS

Heads = dict[str, Tensor]

_HIDDEN = 48
_NEVER = -30.0  # log-probability of X, which nobody is taught


class ChordHeads(nn.Module):
    """Scores of chords, types, roots and bass notes."""

    turns: Tensor

    def __init__(self, d_model: int, folded_dim: int, pitch_class_dim: int) -> None:
        """Take the widths of the hidden states, of the stem's pitch classes and of a pitch class's description."""
        super().__init__()
        self.pitch_class_dim = pitch_class_dim
        self.pitch_classes = nn.Linear(d_model, N_ROOTS * pitch_class_dim)
        self.folded = nn.Linear(folded_dim, pitch_class_dim)
        self.seen = nn.Linear(N_ROOTS * pitch_class_dim, _HIDDEN)
        self.types = nn.Linear(_HIDDEN, N_QUALITIES)
        self.bass = nn.Linear(_HIDDEN, 1)
        self.no_chord = nn.Linear(d_model, 1)
        pitches = torch.arange(N_ROOTS)
        self.register_buffer("turns", ((pitches[:, None] + pitches) % N_ROOTS).reshape(-1), persistent=False)

    def forward(self, hidden: Tensor, folded: Tensor) -> Heads:
        """Return the heads, each [batch, frames, classes].

        Args:
            hidden: states that have heard what is around, [batch, frames, d_model].
            folded: what the stem heard of each pitch class, [batch, frames, 12, folded_dim]: without it, which
                semitone is which pitch class would have to be learned first.
        """
        batch, frames, _ = hidden.shape
        heard = self.pitch_classes(hidden).reshape(batch, frames, N_ROOTS, self.pitch_class_dim)
        heard = heard + self.folded(folded)
        turned = heard[:, :, self.turns].reshape(batch, frames, N_ROOTS, N_ROOTS * self.pitch_class_dim)
        seen = F.gelu(self.seen(turned))
        scores = torch.cat([self.types(seen).flatten(2), self.no_chord(hidden)], dim=-1)
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
