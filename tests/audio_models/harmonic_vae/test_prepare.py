"""From audio files to the cache: formats, loudness, bad files, interrupts, several processes, all four steps."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from audio_models.harmonic_vae import parallel, preprocessing
from audio_models.harmonic_vae.config import AudioConfig, DataConfig, PrepareConfig
from audio_models.harmonic_vae.loudness import LOUDNESS_DB, gain_of, level_track
from audio_models.harmonic_vae.parallel import in_parallel
from audio_models.harmonic_vae.prepare import main
from audio_models.harmonic_vae.preprocessing import preprocess
from audio_models.harmonic_vae.segments import FULL_SCALE, INDEX, SAMPLES, open_cache, without_copies
from shared.audio.io import write_wav
from shared.errors import InputError
from tests.audio_models.harmonic_vae.tiny_run import AUDIO, RATE, tone
from tests.shared.audio.m4a import write_m4a


def config(music: Path, cache: Path, **changes: Any) -> PrepareConfig:
    data = DataConfig(custom_dir=str(music), cache_dir=str(cache))
    return PrepareConfig(audio=AUDIO, data=data, **{"backend": "sequential", **changes})


def words(music: Path, cache: Path, *more: str) -> list[str]:
    audio = ["--sample_rate", str(RATE), "--n_fft", "256", "--hop_length", "128", "--n_mels", "16"]
    folders = ["--custom_dir", str(music), "--cache_dir", str(cache), "--backend", "sequential"]
    return [*audio, "--segment_length", "0.5", *folders, *more]


def contents(cache: Path) -> tuple[bytes, str]:
    return (cache / SAMPLES).read_bytes(), (cache / INDEX).read_text(encoding="utf-8")


def test_every_format_arrives_equally_loud_and_bad_files_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    music, song = tmp_path / "music", tone(3)
    music.mkdir()
    for suffix in ("wav", "flac", "ogg", "mp3"):
        soundfile.write(music / f"{suffix}.{suffix}", 0.3 * song, RATE)
    write_m4a(music / "m4a.m4a", 0.05 * song, RATE)
    soundfile.write(music / "stereo.wav", np.stack([song, song], axis=1), 2 * RATE)
    write_wav(music / "silent.wav", np.zeros(RATE), RATE)
    write_wav(music / "short.wav", song[:1000], RATE)
    (music / "text.mp3").write_text("no sound", encoding="utf-8")

    assert main(words(music, tmp_path / "cache")) == 1
    told = capsys.readouterr()
    assert "holds 6 recordings; 3 left out" in told.out
    for reason in ("silent.wav: is silent", "short.wav: is too short: 0.12 s", "text.mp3: holds no audio"):
        assert reason in told.err
    cache = open_cache(tmp_path / "cache")
    powers = {}
    for track in cache.tracks:
        sound = cache.samples[track.start : track.start + track.samples] / FULL_SCALE
        powers[Path(track.path).name] = 10 * np.log10(np.mean(sound[: RATE // 2] ** 2))
    assert sorted(powers) == ["flac.flac", "m4a.m4a", "mp3.mp3", "ogg.ogg", "stereo.wav", "wav.wav"]
    assert np.ptp([power for name, power in powers.items() if name != "stereo.wav"]) < 0.2
    assert not list((tmp_path / "cache").glob("parts*"))


def test_loudness_is_of_what_sounds_and_spares_the_peaks() -> None:
    music = np.full(90, 0.01)
    with_rests = np.concatenate([music, np.full(200, 1e-9)])
    assert gain_of(music, peak=0.2) == pytest.approx(LOUDNESS_DB + 20)
    assert gain_of(with_rests, peak=0.2) == pytest.approx(LOUDNESS_DB + 20)
    assert gain_of(1e-6 * music, peak=0.5) == pytest.approx(-0.1 - 20 * np.log10(0.5))


def test_a_recording_too_long_for_memory_gives_the_same_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_wav(tmp_path / "song.wav", tone(1).clip(-1, 1), RATE)
    kept = level_track(path, tmp_path / "kept.i16", RATE, 0.5)
    monkeypatch.setattr("audio_models.harmonic_vae.loudness._IN_MEMORY_BYTES", 1000)
    spilt = level_track(path, tmp_path / "spilt.i16", RATE, 0.5)
    assert kept.path.read_bytes() == spilt.path.read_bytes()
    assert kept.digest == spilt.digest


def test_an_interrupted_run_goes_on_to_the_same_cache(
    music: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def until_the_seventh(*job: Any) -> Any:
        made.append(job)
        if len(made) == 7:
            raise KeyboardInterrupt
        return level_track(*job)

    with monkeypatch.context() as patch:
        patch.setattr(preprocessing, "level_track", until_the_seventh)
        with pytest.raises(KeyboardInterrupt):
            preprocess(config(music, tmp_path / "cache"))
    assert len(open_cache(tmp_path / "cache").tracks) == 6
    # A kill may tear the last line, and leave samples that no line speaks of.
    with (tmp_path / "cache" / INDEX).open("a") as stream:
        stream.write('{"id": "custom/torn')
    with (tmp_path / "cache" / SAMPLES).open("ab") as stream:
        stream.write(b"\x01\x02\x03")
    assert preprocess(config(music, tmp_path / "cache")).n_tracks == 20
    assert contents(tmp_path / "cache") == contents(cache)


def test_several_processes_make_the_same_cache(music: Path, cache: Path, tmp_path: Path) -> None:
    report = preprocess(config(music, tmp_path / "cache", backend="loky", workers=2))
    assert (report.n_tracks, report.problems) == (20, ())
    assert contents(tmp_path / "cache") == contents(cache)


def test_a_cache_knows_what_it_was_made_of(music: Path, cache: Path, tmp_path: Path) -> None:
    shutil.copytree(cache, tmp_path / "cache")
    other = AudioConfig(sample_rate=4000, n_fft=256, hop_length=128, n_mels=16)
    wrong = PrepareConfig(audio=other, data=config(music, tmp_path / "cache").data)
    with pytest.raises(InputError, match="was made with sample_rate 8000, not 4000; choose another"):
        preprocess(wrong)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(music / "bells", elsewhere)
    with pytest.raises(InputError, match=r"was made with sources .*music.*, not .*elsewhere"):
        preprocess(config(elsewhere, tmp_path / "cache"))
    (tmp_path / "cache" / SAMPLES).write_bytes(b"xx")
    with pytest.raises(InputError, match=r"is shorter than its index says; delete the folder"):
        open_cache(tmp_path / "cache")
    with pytest.raises(InputError, match=r"holds no prepared recordings; run python -m audio_models\.harmonic_vae"):
        open_cache(tmp_path / "nothing")


def test_copies_are_told_by_their_samples(tmp_path: Path) -> None:
    song = tone(1).clip(-1, 1)
    write_wav(tmp_path / "music" / "a.wav", song, RATE)
    samples, _ = soundfile.read(tmp_path / "music" / "a.wav", dtype="int16")
    soundfile.write(tmp_path / "music" / "b.flac", samples, RATE)
    write_wav(tmp_path / "music" / "c.wav", song[:-1], RATE)
    preprocess(config(tmp_path / "music", tmp_path / "cache"))
    tracks = open_cache(tmp_path / "cache").tracks
    assert [track.title for track in without_copies(tracks)] == ["a", "c"]


def test_several_datasets_make_one_cache(music: Path, tmp_path: Path) -> None:
    emotify = tmp_path / "emotify"
    write_wav(emotify / "001.wav", tone(77).clip(-1, 1), RATE)
    (emotify / "labels.csv").write_text("file,genre,artist,title,album\n001.wav,pop,Somebody,T,A\n", encoding="utf-8")
    made = config(music / "drums", tmp_path / "cache")
    made.data.dataset, made.data.emotify_dir = "combined", str(emotify)
    assert preprocess(made).n_tracks == 11
    tracks = open_cache(tmp_path / "cache").tracks
    assert [track.dataset for track in tracks] == ["custom"] * 10 + ["emotify"]
    assert (tracks[-1].artist, tracks[-1].genre) == ("Somebody", "pop")
    made.data.custom_dir = made.data.emotify_dir = ""
    with pytest.raises(InputError, match="name folders with --custom_dir, --gtzan_dir"):
        preprocess(made)


def test_what_has_no_audio_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "text.wav").write_text("no sound", encoding="utf-8")
    assert main(words(tmp_path / "music", tmp_path / "cache")) == 2
    assert "error: no valid audio found among 1 files of" in capsys.readouterr().err
    assert main(["--step", "preprocess"]) == 2
    assert "which music? name its folder with --custom_dir FOLDER" in capsys.readouterr().err
    assert main(["--step", "download", "--custom_dir", str(tmp_path)]) == 2
    assert "custom has no download" in capsys.readouterr().err


def test_validate_lists_faults_for_people_and_for_machines(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "music"
    shutil.copytree(music / "bells", folder)
    first = next(folder.rglob("*.wav"))
    shutil.copy(first, folder / "again.wav")
    (folder / "text.wav").write_text("no sound", encoding="utf-8")
    assert main(words(folder, tmp_path / "c", "--step", "validate", "--json", str(tmp_path / "found.json"))) == 1
    told = capsys.readouterr().out
    assert "2 of 12 have a fault" in told
    assert "is the same recording as again.wav" in told
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (found["recordings"], len(found["faults"])) == (12, 2)
    assert main(words(music, tmp_path / "c", "--step", "validate")) == 0
    assert "no faults" in capsys.readouterr().out


def test_download_fetches_and_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from shared.datasets import gtzan

    def planted(root: Path) -> None:
        for genre in gtzan.GENRES:
            write_wav(root / "genres" / genre / f"{genre}.00000.wav", tone(0).clip(-1, 1), RATE)

    monkeypatch.setattr(gtzan, "download", planted)
    assert main(["--step", "download", "--dataset", "gtzan", "--gtzan_dir", str(tmp_path)]) == 0
    assert "10 recordings. Licence: none stated" in capsys.readouterr().out


def test_pictures_show_waveform_mel_and_segments(
    music: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = words(music, cache, "--step", "visualize", "--pictures", "1", "--output_dir", str(tmp_path / "p"))
    assert main(arguments) == 0
    (picture,) = (tmp_path / "p").iterdir()
    assert capsys.readouterr().out.strip() == str(picture)
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert main([*arguments, "--segment_length", "60"]) == 2
    assert "has a segment of 60 s" in capsys.readouterr().err


@pytest.mark.parametrize(("backend", "package"), [("dask", "distributed"), ("ray", "ray")])
def test_a_cluster_that_is_not_installed_is_one_sentence(backend: str, package: str) -> None:
    if parallel.is_installed(package):
        pytest.skip(f"{package} is installed here")
    with pytest.raises(InputError, match=f"--backend {backend} needs the package {package}; install it"):
        list(in_parallel(abs, [1], 1, backend))


def test_a_cluster_is_asked_in_chunks_and_answers_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_STREAMING", ())
    assert list(in_parallel(abs, list(range(-300, 0)), 1, "sequential")) == list(range(300, 0, -1))


def test_a_cluster_that_cannot_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Door:
        @staticmethod
        def register_ray() -> None:
            raise ConnectionError("nobody there")

    monkeypatch.setattr(parallel, "is_installed", lambda package: True)
    monkeypatch.setattr(parallel.importlib, "import_module", lambda name: Door)
    with pytest.raises(InputError, match=r"--backend ray: no cluster can be reached \(nobody there\)"):
        list(in_parallel(abs, [1], 1, "ray"))
