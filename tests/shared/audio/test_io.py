"""Any common file to a mono waveform: formats, rates, channels, blocks; and what is no recording, in one sentence."""

from __future__ import annotations

import logging
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from shared.audio.io import duration_s, read_audio, stream_audio, write_wav
from shared.errors import ConsortError, InputError
from tests.shared.audio.m4a import write_m4a
from tests.shared.audio.tones import RATE, noise, piano, sinusoid

SONG = 0.5 * piano([48, 55, 64], duration_s=2.0)
ROUNDING = 4e-5  # of 16 bits


def saved(path: Path, samples: np.ndarray, rate: int = RATE, subtype: str | None = None) -> Path:
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def similarity(found: np.ndarray, expected: np.ndarray) -> float:
    n_samples = min(len(found), len(expected))
    return float(np.corrcoef(found[:n_samples], expected[:n_samples])[0, 1])


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_formats_of_libsndfile_are_read_in_place(tmp_path: Path, suffix: str) -> None:
    waveform = read_audio(saved(tmp_path / f"song.{suffix}", SONG))
    assert waveform.dtype == np.float32
    assert len(waveform) == len(SONG)
    assert similarity(waveform, SONG) > 0.97
    if suffix in ("wav", "flac"):
        assert np.abs(waveform - SONG).max() < ROUNDING


@pytest.mark.parametrize("name", ["song.m4a", "song.aac.mp3", "a:b %d.bin"])
def test_m4a_is_read_in_place_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = write_m4a(tmp_path / name, SONG, RATE)
    waveform = read_audio(path)
    assert len(waveform) == pytest.approx(len(SONG), abs=1024)  # a whole number of the codec's frames
    assert similarity(waveform, SONG) > 0.97
    assert duration_s(path) == pytest.approx(2.0, abs=0.03)


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 96_000])
def test_every_rate_arrives_at_the_rate_asked_for(tmp_path: Path, rate: int) -> None:
    path = saved(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate), rate)
    waveform = read_audio(path)
    assert len(waveform) == RATE
    # In phase too: the resampler's delay is taken away.
    assert np.abs(waveform - sinusoid(440, amplitude=0.5))[1000:-1000].max() < 1e-3
    assert len(read_audio(path, 16_000)) == 16_000


def test_eight_channels_become_their_mean(tmp_path: Path) -> None:
    channels = noise(8 * 9_600).reshape(-1, 8)
    path = saved(tmp_path / "surround.wav", channels, 96_000, "FLOAT")
    assert read_audio(path, 96_000) == pytest.approx(channels.mean(axis=1), abs=1e-7)
    assert len(read_audio(path)) == RATE // 10


@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_blocks_are_of_one_length_and_join_to_the_waveform(tmp_path: Path, rate: int) -> None:
    path = saved(tmp_path / "song.flac", SONG, rate)
    blocks = list(stream_audio(path, block_s=0.3))
    assert {len(block) for block in blocks[:-1]} == {round(0.3 * RATE)}
    assert 0 < len(blocks[-1]) <= round(0.3 * RATE)
    assert np.array_equal(np.concatenate(blocks), read_audio(path))
    assert duration_s(path) == pytest.approx(len(SONG) / rate)


def test_a_long_recording_is_streamed_in_constant_memory(tmp_path: Path) -> None:
    path = saved(tmp_path / "long.wav", noise(2 * 48_000 * 30).reshape(-1, 2), 48_000)
    next(stream_audio(path))  # loads the libraries
    tracemalloc.start()
    n_samples = sum(map(len, stream_audio(path, block_s=1.0)))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_samples == 30 * RATE
    assert peak_bytes < 2_000_000 < 4 * n_samples


@pytest.mark.parametrize("rate", [RATE, 96_000])
def test_a_single_sample_is_a_recording(tmp_path: Path, rate: int) -> None:
    path = saved(tmp_path / "one.wav", np.array([0.5]), rate)
    assert len(read_audio(path)) == 1
    assert duration_s(path) == pytest.approx(1 / rate)


def test_silence_is_a_recording(tmp_path: Path) -> None:
    assert not read_audio(saved(tmp_path / "rest.flac", np.zeros(RATE))).any()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.wav", None, r"^no such file: .*none\.wav$"),
        ("empty.mp3", b"", r"empty\.mp3 is empty; give WAV, FLAC, OGG, MP3 or M4A"),
        ("text.mp3", b"no music at all\n" * 99, r"text\.mp3 holds no audio that can be read; give"),
        ("text.txt", b"no music at all\n" * 99, "holds no audio that can be read"),
        ("list.mp3", b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n", "holds no audio"),
    ],
)
def test_what_is_no_recording_is_refused_at_once(
    tmp_path: Path, name: str, content: bytes | None, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for refuses in (stream_audio, read_audio, duration_s):
        with pytest.raises(InputError, match=message):
            refuses(tmp_path / name)
    assert capfd.readouterr() == ("", "")


def test_a_folder_and_a_file_without_sound_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; name an audio file"):
        read_audio(tmp_path)
    with pytest.raises(InputError, match=r"void\.wav has no sound in it that can be decoded"):
        read_audio(saved(tmp_path / "void.wav", np.zeros(0)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_a_sample_that_is_no_number_is_refused_with_its_second(tmp_path: Path, value: float) -> None:
    samples = np.zeros((RATE, 2), dtype=np.float32)
    samples[33_075, 1] = value
    path = saved(tmp_path / "bad.wav", samples, RATE, "FLOAT")
    with pytest.raises(InputError, match=r"bad\.wav is damaged at 0\.750 s \(NaN, infinite or huge\)"):
        read_audio(path)


@pytest.mark.parametrize("suffix", ["flac", "wav"])
def test_a_file_that_breaks_off_gives_what_it_has_and_says_so(
    tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = saved(tmp_path / f"song.{suffix}", SONG)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    waveform = read_audio(path)
    assert 0.5 * RATE < len(waveform) < 1.5 * RATE
    assert np.abs(waveform - SONG[: len(waveform)]).max() < ROUNDING
    assert f"song.{suffix} breaks off after {len(waveform) / RATE:.1f} of 2.0 s; the rest is missing" in caplog.text


def test_a_download_of_m4a_that_stopped_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_m4a(tmp_path / "song.m4a", SONG, RATE, movflags="faststart")
    path.write_bytes(path.read_bytes()[:-8_000])
    assert 0 < len(read_audio(path)) < 1.9 * RATE
    assert "song.m4a breaks off after" in caplog.text


def without_header(whole: bytes) -> bytes:
    """Return an MP3 without its first frame, which tells the length."""
    assert whole[:2] == b"\xff\xfb"
    assert b"Xing" in whole[:64]
    kbit, rate = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[whole[2] >> 4], RATE
    return whole[144_000 * kbit // rate + (whole[2] >> 1 & 1) :]


def test_mp3_is_read_to_its_end_whatever_its_header_says(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    # A loud end after silence: a variable bit rate, of which the first frame tells nothing.
    song = np.concatenate([np.zeros(4 * RATE), noise(RATE)])
    path = saved(tmp_path / "song.mp3", song)
    whole = path.read_bytes()
    path.write_bytes(without_header(whole))
    assert len(read_audio(path)) == pytest.approx(len(song), abs=3000)
    assert duration_s(path) == pytest.approx(5.0, abs=0.07)
    path.write_bytes(whole + whole)
    assert len(read_audio(path)) == pytest.approx(2 * len(song), abs=6000)
    assert caplog.text == ""


def test_a_download_of_mp3_that_stopped_says_so_behind_a_tag_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = saved(tmp_path / "song.mp3", np.tile(SONG, 3))
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(b"ID3\x04\0\0" + bytes([0, 0, 2, 3]) + bytes(2 * 128 + 3) + half)
    assert RATE < len(read_audio(path)) < 5 * RATE
    assert "song.mp3 breaks off after" in caplog.text
    assert "of 6.0 s" in caplog.text


def test_whole_files_are_read_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for suffix in ("wav", "flac", "ogg", "mp3"):
            read_audio(saved(tmp_path / f"song.{suffix}", SONG))
        read_audio(write_m4a(tmp_path / "song.m4a", SONG, RATE))
    assert caplog.text == ""


@pytest.mark.parametrize("options", [{"sample_rate": 0}, {"block_s": 0.0}, {"block_s": -1.0}])
def test_blocks_without_a_sample_are_refused(tmp_path: Path, options: dict[str, float]) -> None:
    with pytest.raises(InputError, match="hold no sample"):
        stream_audio(saved(tmp_path / "song.wav", SONG), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(100,), (100, 2)])
def test_a_wav_file_is_16_bit_and_opens_again(tmp_path: Path, shape: tuple[int, ...]) -> None:
    waveform = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    path = write_wav(tmp_path / "deep" / "a.wav", waveform, RATE)
    info = soundfile.info(path)
    assert (info.samplerate, info.subtype, info.format, info.frames) == (RATE, "PCM_16", "WAV", 100)
    back, _ = soundfile.read(path)
    assert np.abs(back - waveform).max() <= 1 / 32767


@pytest.mark.parametrize(
    ("waveform", "message"),
    [
        (np.zeros(0), "no sound"),
        (np.zeros((3, 5)), "no sound"),
        (np.array([0.0, 1.2]), "leaves -1..1"),
        (np.array([0.0, np.nan]), "leaves -1..1"),
    ],
)
def test_what_is_no_waveform_is_not_written(tmp_path: Path, waveform: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        write_wav(tmp_path / "a.wav", waveform, RATE)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros(10), RATE)
    before = path.read_bytes()

    def disk_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile, "write", disk_full)
    with pytest.raises(ConsortError, match="No space left"):
        write_wav(path, np.ones(10), RATE)
    assert path.read_bytes() == before
