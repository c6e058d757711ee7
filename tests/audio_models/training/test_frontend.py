"""The front end in PyTorch and in ONNX Runtime hears what `shared.audio` hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from audio_models.training.frontend import LogFrequency, Tuning
from shared.audio.features import LogFrequencySettings, log_frequency
from shared.audio.tuning import estimate_tuning, shift_tuning
from shared.export.package import ModelCard
from shared.export.signature import Signature, TensorSpec
from shared.export.torch_onnx import export_torch
from shared.export.verify import verify_parity
from shared.runtime import OnnxModel
from tests.shared.audio.tones import noise, piano

HOP = LogFrequencySettings().hop_length
LENGTHS = [1, 1_000, HOP - 1, HOP, HOP + 1, 30_001, 8 * HOP, 99_999]


class Ear(nn.Module):
    """Waveform to corrected features."""

    def __init__(self) -> None:
        super().__init__()
        self.hear, self.tune = LogFrequency(), Tuning()

    def forward(self, waveform: Tensor) -> Tensor:
        return self.tune(self.hear(waveform))


def sounds(n_samples: int) -> np.ndarray:
    """Return three clips [3, samples]: a detuned chord, noise, a soft bass."""
    chord, bass = piano([48, 64, 67, 90], cents=30, duration_s=3.0), 0.01 * piano([28], cents=-20, duration_s=3.0)
    return np.stack([chord[:n_samples], noise(n_samples), bass[:n_samples]]).astype(np.float32)


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear().eval()


@pytest.mark.parametrize("n_samples", LENGTHS)
def test_torch_agrees_with_numpy(ear: Ear, n_samples: int) -> None:
    clips = sounds(n_samples)
    with torch.no_grad():
        heard = ear.hear(torch.from_numpy(clips))
        tunings, tuned = ear.tune.estimate(heard), ear.tune(heard)
    for row, clip in enumerate(clips):
        features = log_frequency(clip)
        tuning = estimate_tuning(features)
        assert heard[row].numpy() == pytest.approx(features, abs=1e-4)
        assert float(tunings[row]) == pytest.approx(tuning, abs=1e-4)
        assert tuned[row].numpy() == pytest.approx(shift_tuning(features, -tuning), abs=1e-4)


def test_amplitudes_agree_for_other_settings() -> None:
    settings = LogFrequencySettings(bins_per_octave=24, octaves=5, hop_length=2048, level_s=0.0)
    clip = sounds(20_000)[0]
    heard = LogFrequency(settings)(torch.from_numpy(clip[None]))
    assert heard.shape == (1, 10, 120)
    assert heard[0].numpy() == pytest.approx(log_frequency(clip, settings), abs=1e-4)


def test_silence_stays_silence(ear: Ear) -> None:
    heard = ear(torch.zeros(2, 10_000))
    assert heard.shape == (2, 3, 252)
    assert not heard.any()


def test_kernels_are_no_part_of_a_checkpoint(ear: Ear) -> None:
    assert ear.state_dict() == {}


def test_chunks_with_carried_norms_give_the_features_of_the_whole(ear: Ear) -> None:
    hear, margin = ear.hear, ear.hear.settings.margin
    clip = torch.from_numpy(piano([48, 60, 67], duration_s=3.0)[None, : 31 * HOP + 7])
    whole = hear(clip)
    surrounded = torch.nn.functional.pad(clip, (margin, margin))
    past = torch.zeros(1, hear.settings.level_frames - 1)
    chunks, phasors = [], []
    for start in range(0, 32, 8):
        # What a stream has: the chunk and the margin before and after it.
        piece = surrounded[:, start * HOP : (start + 8) * HOP + 2 * margin]
        amplitudes = hear.magnitudes(piece)[:, margin // HOP :][:, :8]
        chunks.append(hear.compress(amplitudes, past))
        phasors.append(ear.tune.phasors(chunks[-1]).sum(dim=1))
        past = torch.cat([past, hear.norms(amplitudes)], dim=1)[:, 8:]
    assert torch.allclose(torch.cat(chunks, dim=1), whole, atol=1e-5)
    tuning = ear.tune.from_phasor(torch.stack(phasors).sum(dim=0))
    assert torch.allclose(tuning, ear.tune.estimate(whole), atol=1e-5)


@pytest.mark.slow
def test_onnx_runtime_agrees_with_torch(ear: Ear, tmp_path: Path) -> None:
    signature = Signature(
        "ear",
        "Hears.",
        (TensorSpec("waveform", ("batch", "samples"), "float32", "mono at 44.1 kHz"),),
        (TensorSpec("features", ("batch", "frames", 252), "float32", "log-frequency features"),),
    )
    card = ModelCard("Ear", "Hears.", "none", "Apache-2.0", "none", "none")
    path = export_torch(ear, signature, card, tmp_path / "ear.onnx", {"samples": 50_001})

    def reference(feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        with torch.no_grad():
            return {"features": ear(torch.from_numpy(feeds["waveform"])).numpy()}

    # Among them less than a hop; verify refuses Loop, If and Scan.
    assert verify_parity(path, reference, lengths=(777, 12_345, 4 * HOP)).max_difference <= 1e-5
    model = OnnxModel(path)
    for n_samples in LENGTHS:
        feeds = {"waveform": sounds(n_samples)}
        assert model.run(feeds)["features"] == pytest.approx(reference(feeds)["features"], abs=1e-5)
    assert "STFT" not in {node.op_type for node in onnx.load(str(path)).graph.node}
    assert path.stat().st_size < 1_000_000
