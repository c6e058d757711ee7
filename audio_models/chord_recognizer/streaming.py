"""The streaming variant: the same weights, but no frame hears more than 0.84 s ahead, and what was heard is carried.

    hops [batch, frames, 4096]           what has sounded since
        front end                        levels and tuning of what has sounded so far
        stem                             three frames to either side
        conformer blocks                 each frame attends to itself and to the `memory_frames` before it
        heads
    heads of as many frames, 9 hops late, and the memory for the hops that follow

A recording heard whole is one long part between silences, so whole and in parts it is the same computation.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.conformer import ConformerBlock
from audio_models.chord_recognizer.heads import Heads
from audio_models.chord_recognizer.net import FEATURES, ChordNet, in_silence
from audio_models.chord_recognizer.pitch_classes import by_channel
from audio_models.chord_recognizer.stem import REACH_FRAMES
from audio_models.training.frontend import LogFrequency, Tuning

# What a frame hears of the sound to either side, in hops: the front end's reach and the stem's.
_EAR_HOPS = FEATURES.margin // FEATURES.hop_length
CONTEXT_HOPS = _EAR_HOPS + REACH_FRAMES
_SOUND_HOPS = 2 * CONTEXT_HOPS - 1
_MASKED = -1e9


class Memory(NamedTuple):
    """What is carried from part to part; zeros at first, but for `sound`."""

    sound: Tensor  # [batch, 17, hop_length]: the hops before; at first 9 of silence and 8 of the recording
    norms: Tensor  # [batch, level_frames - 1]: how loud the frames before were
    tuning: Tensor  # [batch, 2]: the phasor of the tuning so far
    present: Tensor  # [batch, memory_frames]: 1 where the memory holds a frame, 0 before the recording
    keys: Tensor  # [batch, blocks, heads, memory_frames, width / heads]
    values: Tensor  # the same
    gated: Tensor  # [batch, blocks, kernel_frames - 1, width]: what the convolutions read


def memory_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the shape of each part of the memory without the batch."""
    attended = (config.num_blocks, config.num_heads, config.memory_frames, config.width // config.num_heads)
    return {
        "sound": (_SOUND_HOPS, FEATURES.hop_length),
        "norms": (FEATURES.level_frames - 1,),
        "tuning": (2,),
        "present": (config.memory_frames,),
        "keys": attended,
        "values": attended,
        "gated": (config.num_blocks, config.kernel_frames - 1, config.width),
    }


def no_memory(config: ModelConfig, like: Tensor) -> Memory:
    """Return the memory before the first frame, for the batch and on the device of a tensor."""
    return Memory(**{name: like.new_zeros(like.shape[0], *shape) for name, shape in memory_shapes(config).items()})


class StreamingNet(ChordNet):
    """From features to heads, each frame from what came before it, and three frames more."""

    def __init__(self, config: ModelConfig) -> None:
        """Build the same layers as the network that hears both ways."""
        super().__init__(config)
        self.config = config

    def forward(self, features: Tensor) -> Heads:
        """Return the heads [batch, frames, classes] of features [batch, frames, 252] that lie in silence."""
        heads, _ = self.advance(in_silence(features), no_memory(self.config, features))
        return heads

    def advance(self, features: Tensor, memory: Memory) -> tuple[Heads, Memory]:
        """Return the heads of the frames between the three first and the three last, and the new memory."""
        folded = self.stem(features)
        x = self.into_blocks(by_channel(folded))
        present = torch.cat([memory.present, torch.ones_like(x[..., 0])], dim=1)
        keys: list[Tensor] = []
        values: list[Tensor] = []
        gated: list[Tensor] = []
        n_attended, n_convolved = self.config.memory_frames, self.config.kernel_frames - 1
        for index, block in enumerate(self.blocks):
            assert isinstance(block, ConformerBlock)
            x = x + 0.5 * block.before(x)
            query, key, value = block.attention.split(x)
            key = torch.cat([memory.keys[:, index], key], dim=2)
            value = torch.cat([memory.values[:, index], value], dim=2)
            x = x + block.attention.join(_attend_back(block, query, key, value, present))
            heard = torch.cat([memory.gated[:, index], block.convolution.gated(x)], dim=1)
            x = x + block.convolution.convolve(heard)
            x = block.norm(x + 0.5 * block.after(x))
            keys.append(_last(key, n_attended))
            values.append(_last(value, n_attended))
            gated.append(_last(heard, n_convolved))
        heads: Heads = self.heads(x, folded)
        return heads, memory._replace(
            present=_last(present[..., None], n_attended)[..., 0],
            keys=torch.stack(keys, dim=1), values=torch.stack(values, dim=1), gated=torch.stack(gated, dim=1),
        )  # fmt: skip


def _last(x: Tensor, count: int) -> Tensor:
    """Return the last `count` of the last axis but one, which may be none."""
    return x[..., x.shape[-2] - count :, :]


def _attend_back(block: ConformerBlock, query: Tensor, key: Tensor, value: Tensor, present: Tensor) -> Tensor:
    """Let each query attend to its own frame and those of the memory's length before it that are present.

    Positions are counted from the memory's begin: rotations know distances only.
    """
    n_new, n_all = query.shape[2], key.shape[2]
    slots = torch.arange(n_all, device=query.device)
    own = slots[n_all - n_new :]
    rotated = block.attention.rotate(query, own) @ block.attention.rotate(key, slots).transpose(-1, -2)
    distance = own[:, None] - slots[None, :]
    near = (distance >= 0) & (distance <= n_all - n_new)
    allowed = near & (present[:, None, None, :] > 0.5)
    scores = (rotated / math.sqrt(query.shape[-1])).masked_fill(~allowed, _MASKED)
    return scores.softmax(dim=-1) @ value


class Stream(nn.Module):
    """From parts of a recording and a memory to heads and the memory that follows."""

    def __init__(self, hear: LogFrequency, tune: Tuning, net: StreamingNet) -> None:
        """Take the front end and the network."""
        super().__init__()
        self.hear, self.tune, self.net = hear, tune, net

    def whole(self, waveform: Tensor) -> Heads:
        """Return the heads [batch, 1 + samples // hop_length, classes] of a recording [batch, samples]."""
        hops = in_hops(waveform)
        memory = no_memory(self.net.config, waveform)._replace(sound=hops[:, :_SOUND_HOPS])
        heads, _ = self(hops[:, _SOUND_HOPS:], memory)
        return heads

    def forward(self, hops: Tensor, memory: Memory) -> tuple[Heads, Memory]:
        """Return the heads of as many frames as there are hops [batch, frames, hop_length], and the new memory.

        The centre of the first frame lies 9 hops after the begin of the memory's sound, thus 8 before the first hop.
        """
        sound = torch.cat([memory.sound, hops], dim=1)
        amplitudes = self.hear.magnitudes(sound.flatten(1))[:, _EAR_HOPS:-_EAR_HOPS]
        features = self.hear.compress(amplitudes, memory.norms)
        # Frames that the next part hears again are not in the memory yet.
        ahead = 2 * REACH_FRAMES
        norms = torch.cat([memory.norms, self.hear.norms(amplitudes)], dim=1)
        so_far = memory.tuning[:, None] + self.tune.phasors(features).cumsum(dim=1)
        features = self.tune.shift(features, -self.tune.from_phasor(so_far))
        heads, after = self.net.advance(features, memory)
        return heads, after._replace(
            sound=sound[:, -_SOUND_HOPS:],
            norms=norms[:, -(ahead + FEATURES.level_frames - 1) : -ahead],
            tuning=so_far[:, -ahead - 1],
        )


def in_hops(waveform: Tensor) -> Tensor:
    """Return a recording [batch, samples] and the silence around it that it is heard in, [batch, hops, hop_length]."""
    hop = FEATURES.hop_length
    frames = 1 + waveform.shape[1] // hop
    after = (frames + CONTEXT_HOPS - 1) * hop - waveform.shape[1]
    return F.pad(waveform, (CONTEXT_HOPS * hop, after)).unflatten(1, (-1, hop))
