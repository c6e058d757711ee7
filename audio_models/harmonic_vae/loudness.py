"""One recording as samples at a common rate and a common loudness, written to a file block by block.

The gain is known only at the end, so a recording is decoded into a file of floats and read back: the memory needed does
not depend on its length.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.harmonic_vae.segments import FULL_SCALE
from shared.audio.io import stream_audio
from shared.datasets.audio_check import SILENT_PEAK
from shared.errors import InputError

LOUDNESS_DB = -20.0  # root mean square of what sounds, relative to full scale: leaves most music its peaks
HIGHEST_PEAK_DB = -0.1
_BLOCK_S, _METER_S = 20.0, 0.4  # the meter's window is that of ITU-R BS.1770
_GATE = 0.01  # of the mean power: what is softer by 20 dB is a rest and does not count


@dataclass(frozen=True, slots=True)
class Part:
    """A recording as it was written: samples in int16 at `path`, or why there are none."""

    path: Path
    gain_db: float = 0.0
    digest: str = ""
    fault: str = ""


def level_track(source: Path, target: Path, sample_rate: int, least_s: float) -> Part:
    """Decode `source` into `target` as int16 at a common loudness; never raises for a bad recording.

    Args:
        source: the audio file.
        target: where its samples go; a file of floats lies beside it meanwhile.
        sample_rate: of the samples, in Hz.
        least_s: what is shorter is a fault, in seconds.
    """
    floats = target.with_suffix(".f32")
    try:
        samples, peak, powers = _decode(source, floats, sample_rate)
        if peak < SILENT_PEAK:
            return Part(target, fault=f"{source} is silent")
        if samples < least_s * sample_rate:
            return Part(target, fault=f"{source} is too short: {samples / sample_rate:.2f} s, {least_s:g} are needed")
        gain_db = gain_of(powers, peak)
        return Part(target, gain_db, _write_levelled(floats, target, gain_db))
    except InputError as error:
        return Part(target, fault=str(error))
    except OSError as error:
        if error.filename == str(source) or error.filename is None:
            return Part(target, fault=f"cannot read {source}: {error.strerror or error}")
        raise
    finally:
        floats.unlink(missing_ok=True)


def gain_of(powers: NDArray[np.float64], peak: float) -> float:
    """Return the gain in dB that brings mean squares of short stretches to the common loudness, peaks permitting."""
    sounding = powers[powers > _GATE * powers.mean()]
    wanted_db = LOUDNESS_DB - 10 * math.log10(sounding.mean())
    return min(wanted_db, HIGHEST_PEAK_DB - 20 * math.log10(peak))


def _decode(source: Path, target: Path, sample_rate: int) -> tuple[int, float, NDArray[np.float64]]:
    """Write the samples of a recording as floats; return their number, peak, and mean squares of 0.4 s each."""
    samples, peak, powers = 0, 0.0, []
    meter = max(1, round(_METER_S * sample_rate))
    with target.open("wb") as stream:
        for block in stream_audio(source, sample_rate, _BLOCK_S):
            stream.write(block.tobytes())
            samples += len(block)
            peak = max(peak, float(block.max()), -float(block.min()))
            whole = len(block) - len(block) % meter or len(block)
            stretches = block[:whole].reshape(-1, min(meter, whole))
            powers.append(np.einsum("ij,ij->i", stretches, stretches, dtype=np.float64) / stretches.shape[1])
    return samples, peak, np.concatenate(powers)


def _write_levelled(floats: Path, target: Path, gain_db: float) -> str:
    """Scale a file of floats into one of int16; return the digest of the latter."""
    factor = np.float32(10 ** (gain_db / 20) * FULL_SCALE)
    digest = hashlib.sha256()
    with floats.open("rb") as source, target.open("wb") as stream:
        while block := source.read(1 << 20):
            scaled = np.frombuffer(block, dtype=np.float32) * factor
            levelled = np.rint(scaled, out=scaled).astype("<i2").tobytes()
            stream.write(levelled)
            digest.update(levelled)
    return digest.hexdigest()[:32]
