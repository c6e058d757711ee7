"""One recording as samples at a common rate and a common loudness, written to a file block by block.

The gain is known only at the end. So a recording is kept as floats meanwhile: in memory up to ten minutes, beyond that
in a temporary file. The memory needed does not depend on its length.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from audio_models.harmonic_vae.segments import FULL_SCALE
from shared.audio.io import stream_audio
from shared.datasets.audio_check import SILENT_PEAK
from shared.errors import InputError

LOUDNESS_DB = -20.0  # root mean square of what sounds, relative to full scale: leaves most music its peaks
HIGHEST_PEAK_DB = -0.1
_BLOCK_S, _METER_S = 10.0, 0.4  # the meter's window is that of ITU-R BS.1770
_IN_MEMORY_BYTES = 10 * 60 * 22_050 * 4
_BLOCK_BYTES = 1 << 18
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
    try:
        with SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(target.parent)) as floats:
            samples, peak, powers = _decode(source, floats, sample_rate)
            if peak < SILENT_PEAK:
                return Part(target, fault=f"{source} is silent")
            if samples < least_s * sample_rate:
                short = f"{source} is too short: {samples / sample_rate:.2f} s, and {least_s:g} s are needed"
                return Part(target, fault=short)
            gain_db = gain_of(powers, peak)
            floats.seek(0)
            return Part(target, gain_db, _write_levelled(floats, target, gain_db))
    except InputError as error:
        return Part(target, fault=str(error))
    except OSError as error:
        if error.filename == str(source):
            return Part(target, fault=f"cannot read {source}: {error.strerror or error}")
        raise


def gain_of(powers: NDArray[np.float64], peak: float) -> float:
    """Return the gain in dB that brings mean squares of short stretches to the common loudness, peaks permitting."""
    sounding = powers[powers > _GATE * powers.mean()]
    wanted_db = LOUDNESS_DB - 10 * math.log10(sounding.mean())
    return min(wanted_db, HIGHEST_PEAK_DB - 20 * math.log10(peak))


def _decode(source: Path, floats: IO[bytes], sample_rate: int) -> tuple[int, float, NDArray[np.float64]]:
    """Write the samples of a recording as floats; return their number, peak, and mean squares of 0.4 s each."""
    samples, peak, powers = 0, 0.0, []
    meter = max(1, round(_METER_S * sample_rate))
    for block in stream_audio(source, sample_rate, _BLOCK_S):
        floats.write(block.data)
        samples += len(block)
        peak = max(peak, float(block.max()), -float(block.min()))
        whole = len(block) - len(block) % meter or len(block)
        stretches = block[:whole].reshape(-1, min(meter, whole))
        powers.append(np.einsum("ij,ij->i", stretches, stretches).astype(np.float64) / stretches.shape[1])
    return samples, peak, np.concatenate(powers)


def _write_levelled(floats: IO[bytes], target: Path, gain_db: float) -> str:
    """Scale floats into a file of int16; return the digest of the latter."""
    factor = np.float32(10 ** (gain_db / 20) * FULL_SCALE)
    digest = hashlib.sha256()
    with target.open("wb") as stream:
        while block := floats.read(_BLOCK_BYTES):
            scaled = np.frombuffer(block, dtype=np.float32) * factor
            levelled = np.rint(scaled, out=scaled).astype("<i2")
            stream.write(levelled.data)
            digest.update(levelled.data)
    return digest.hexdigest()[:32]
