"""The network: shapes, size, margins that agree, keys that are alike, and that it can learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from audio_models.chord_recognizer import config as settings
from audio_models.chord_recognizer.config import ModelConfig, TrainConfig
from audio_models.chord_recognizer.heads import ChordHeads
from audio_models.chord_recognizer.loss import ChordRecognitionLoss
from audio_models.chord_recognizer.model import ChordRecognitionModel, build_net
from audio_models.chord_recognizer.net import FEATURES, ChordNet
from shared.cli import parse
from shared.music.chord_classes import N_CLASSES, N_QUALITIES, transpose_ids

CONFIGS = Path(settings.__file__).parent / "configs"
SMALL = ModelConfig(d_model=32, num_blocks=1, num_heads=2, stem_channels=4, kernel_frames=5)
CLASSES = {"joint": N_CLASSES, "chord_type": 32, "root": 12, "bass_note": 12}


@pytest.mark.parametrize("batch", [1, 3])
def test_frames_and_clips_have_the_heads_of_the_contract(batch: int) -> None:
    waveform = torch.randn(batch, 44_100, generator=torch.Generator().manual_seed(0))
    frames = 1 + 44_100 // FEATURES.hop_length
    torch.manual_seed(0)
    model = ChordRecognitionModel(SMALL).eval()
    with torch.no_grad():
        heads = model(waveform)
        model.net.mode = "clip"
        clip = model(waveform)
    assert {name: tuple(values.shape) for name, values in heads.items()} == {
        name: (batch, frames, classes) for name, classes in CLASSES.items()
    }
    assert {name: tuple(values.shape) for name, values in clip.items()} == {
        name: (batch, classes) for name, classes in CLASSES.items()
    }


def test_sizes_can_be_given_by_name_and_the_default_is_small() -> None:
    assert ChordRecognitionModel(d_model=32, num_blocks=1, num_heads=2).config.d_model == 32
    weights = sum(weight.numel() for weight in ChordRecognitionModel().parameters())
    assert weights < 2_000_000  # float32: well below the 10 MB that may ship


def test_types_and_roots_are_margins_of_the_joint_distribution() -> None:
    torch.manual_seed(0)
    heads = ChordHeads(2, 3)(torch.randn(2, 5, 24), torch.randn(2, 5, 12, 3))
    joint = heads["joint"].exp()
    torch.testing.assert_close(joint.sum(-1), torch.ones(2, 5))
    table = joint[..., :-1].unflatten(-1, (12, N_QUALITIES))
    torch.testing.assert_close(heads["root"].exp(), table.sum(-1))
    torch.testing.assert_close(heads["chord_type"].exp()[..., :N_QUALITIES], table.sum(-2))
    torch.testing.assert_close(heads["chord_type"].exp()[..., N_QUALITIES], joint[..., -1])


def test_what_follows_the_stem_knows_of_every_key_what_it_knows_of_one() -> None:
    """Turning what is heard of the pitch classes turns chords, roots and basses by the same interval."""
    torch.manual_seed(0)
    net, folded = ChordNet(SMALL).eval(), torch.randn(2, 9, 12, 7 * SMALL.stem_channels)
    with torch.no_grad():
        before, after = (net.hear(heard) for heard in (folded, folded.roll(5, dims=2)))
    moved = torch.from_numpy(transpose_ids(torch.arange(N_CLASSES).numpy(), 5))
    torch.testing.assert_close(after["joint"][..., moved], before["joint"], rtol=0, atol=1e-4)
    torch.testing.assert_close(after["bass_note"], before["bass_note"].roll(5, dims=-1), rtol=0, atol=1e-4)
    assert (after["joint"] - before["joint"]).abs().max() > 0.1


def test_width_is_rounded_up_to_what_keys_and_heads_can_share() -> None:
    assert ModelConfig(d_model=192, num_heads=4).width == 192
    assert ModelConfig(d_model=128, num_heads=4).width == 192
    assert ModelConfig(d_model=8, num_heads=1).width == 24


@pytest.mark.parametrize("name", [path.stem for path in (CONFIGS / "model").glob("*.yaml")])
def test_every_named_departure_learns_from_a_step(name: str) -> None:
    config = parse(TrainConfig, [f"model={name}", "trainer=quick_test"])
    net, loss = build_net(config.model), ChordRecognitionLoss()
    shape = (2,) if config.model.mode == "clip" else (2, 6)
    targets = {head: torch.zeros(shape, dtype=torch.long) for head in ("chord_type", "root", "bass_note")}
    losses = loss(net(torch.rand(2, 6, FEATURES.n_bins)), targets)
    losses["total_loss"].backward()
    assert all(torch.isfinite(weight.grad).all() for weight in net.parameters() if weight.grad is not None)
    assert config.trainer.num_epochs == 1


def test_one_batch_can_be_learnt_by_heart() -> None:
    torch.manual_seed(0)
    net, loss = ChordNet(SMALL), ChordRecognitionLoss(label_smoothing=0.0)
    features = torch.rand(2, 12, FEATURES.n_bins)
    targets = {
        "chord_type": torch.randint(0, 30, (2, 12)),
        "root": torch.randint(0, 12, (2, 12)),
        "bass_note": torch.randint(0, 12, (2, 12)),
    }
    adam = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(150):
        adam.zero_grad()
        loss(net(features), targets)["total_loss"].backward()
        adam.step()
    outputs = net.eval()(features)
    assert all((outputs[name].argmax(-1) == ids).float().mean() > 0.9 for name, ids in targets.items())


def test_saved_weights_answer_alike() -> None:
    torch.manual_seed(0)
    net, features = ChordNet(SMALL).eval(), torch.rand(1, 9, FEATURES.n_bins)
    other = ChordNet(SMALL).eval()
    other.load_state_dict(net.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(other(features)["joint"], net(features)["joint"], rtol=0, atol=0)
