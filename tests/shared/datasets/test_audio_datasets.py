"""One test that walks all datasets of recordings, on small local copies of their layouts and on the real corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from shared.audio.io import write_wav
from shared.datasets import audio_folder, emotify, gtzan, maestro
from shared.datasets.audio_check import examine, faults
from shared.datasets.audio_registry import AUDIO_DATASETS, audio_dataset
from shared.datasets.problems import ProblemLog
from shared.errors import InputError
from shared.splits import SPLIT_NAMES
from tests.shared.audio.tones import RATE as TONE_RATE
from tests.shared.audio.tones import piano

RATE = 8000


def sound(seed: int, seconds: float = 1.0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))).clip(-1, 1).astype(np.float32)


def recording(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_wav(path, sound(seed), RATE)


def plant_custom(root: Path) -> None:
    for number, name in enumerate(("Jazz/Monk/Solo/a.wav", "Jazz/Monk/Solo/cd1/b.wav", "Folk/c.wav", "d.wav")):
        recording(root / name, number)
    (root / "Jazz" / "cover.jpg").write_bytes(b"no sound")
    recording(root / ".trash" / "hidden.wav", 9)


def plant_gtzan(root: Path) -> None:
    for number, genre in enumerate(gtzan.GENRES):
        recording(root / "genres" / genre / f"{genre}.00000.wav", number)
    recording(root / "genres" / "jazz" / "jazz.00054.wav", 99).write_bytes(b"RIFF")


def plant_maestro(root: Path) -> None:
    head = "canonical_composer,canonical_title,split,year,midi_filename,audio_filename,duration"
    rows = [
        "Alban Berg,Sonata Op. 1,train,2018,2018/a.midi,2018/a.wav,1.0",
        'Franz Liszt,"Étude, No. 2",test,2004,2004/b.midi,2004/b.wav,1.0',
        "Franz Liszt,Lost,validation,2004,2004/c.midi,2004/c.wav,1.0",
        "Franz Liszt,Odd,dev,2004,2004/b.midi,2004/d.wav,1.0",
    ]
    top = root / "maestro-v3.0.0"
    for number, name in enumerate(("2018/a.wav", "2004/b.wav")):
        recording(top / name, number)
    (top / maestro.TREE[0]).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def plant_emotify(root: Path) -> None:
    recording(root / "003.wav", 0)
    text = "file,genre,artist,title,album\n003.wav,classical,Ivan Ilic,Adagio,Elegance\n004.wav,pop,Nobody,Gone,None\n"
    (root / "labels.csv").write_text(text, encoding="utf-8")


PLANTS: dict[str, Callable[[Path], None]] = {
    "custom": plant_custom, "gtzan": plant_gtzan, "maestro": plant_maestro, "emotify": plant_emotify,
}  # fmt: skip


@pytest.fixture(params=sorted(AUDIO_DATASETS))
def planted(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    PLANTS[request.param](tmp_path)
    return request.param, tmp_path


def test_every_dataset_keeps_the_contract(planted: tuple[str, Path]) -> None:
    name, root = planted
    module = audio_dataset(name)
    assert all(str(getattr(module, field)).strip() for field in ("NAME", "TITLE", "CITATION", "LICENCE", "SOURCE"))
    assert (module.NAME, isinstance(module.SHIPS, bool), bool(module.TREE)) == (name, True, True)
    tracks = list(module.tracks(root, ProblemLog(warn=False)))
    assert tracks == list(module.tracks(root, ProblemLog(warn=False)))
    assert len({track.id for track in tracks}) == len(tracks)
    for track in tracks:
        assert track.path.is_file()
        assert (track.dataset, track.licence) == (name, module.LICENCE)
        assert track.split in (None, *SPLIT_NAMES)
    empty = root / "empty"
    empty.mkdir()
    report = module.validate(empty)
    assert (report.n_tracks, report.ok, [problem.file for problem in report.problems]) == (0, False, [module.TREE[0]])


def test_folders_become_genre_artist_and_album(tmp_path: Path) -> None:
    plant_custom(tmp_path)
    found = [(track.title, track.genre, track.artist, track.album) for track in audio_folder.tracks(tmp_path)]
    assert found == [
        ("d", "", "", ""), ("c", "Folk", "", ""), ("a", "Jazz", "Monk", "Solo"), ("b", "Jazz", "Monk", "Solo/cd1"),
    ]  # fmt: skip
    groups = [track.group for track in audio_folder.tracks(tmp_path)]
    assert groups == ["file:custom/d.wav", "file:custom/Folk/c.wav", "artist:monk", "artist:monk"]
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match=r"no valid audio found in .*; it needs .*\.flac"):
        list(audio_folder.tracks(tmp_path / "nothing"))
    with pytest.raises(InputError, match="no such folder of recordings"):
        list(audio_folder.tracks(tmp_path / "absent"))


def test_gtzan_names_its_faults_and_takes_a_published_split(tmp_path: Path) -> None:
    plant_gtzan(tmp_path)
    report = gtzan.validate(tmp_path)
    told = {problem.file: problem.message for problem in report.problems}
    assert told["jazz/"] == "holds 2 excerpts, not 100"
    assert "holds no audio" in told["genres/jazz/jazz.00054.wav"]
    assert len([name for name in told if name.endswith("/")]) == 10
    (tmp_path / "train_filtered.txt").write_text("blues/blues.00000.wav\n", encoding="utf-8")
    (tmp_path / "test_filtered.txt").write_text("pop/pop.00000.wav\n", encoding="utf-8")
    tracks = list(gtzan.tracks(tmp_path, ProblemLog(warn=False)))
    assert [(track.genre, track.split) for track in tracks] == [("blues", "train"), ("pop", "test")]


def test_maestro_has_its_official_split_and_tells_what_is_missing(tmp_path: Path) -> None:
    plant_maestro(tmp_path)
    log = ProblemLog(warn=False)
    tracks = list(maestro.tracks(tmp_path, log))
    assert [(track.genre, track.title, track.split) for track in tracks] == [
        ("Alban Berg", "Sonata Op. 1", "train"), ("Franz Liszt", "Étude, No. 2", "test"),
    ]  # fmt: skip
    assert [str(problem) for problem in log.problems] == [
        "maestro-v3.0.0.csv:4: 2004/c.wav is not there", "maestro-v3.0.0.csv:5: unknown split 'dev'",
    ]  # fmt: skip


def test_every_fault_of_a_file_is_named(tmp_path: Path) -> None:
    whole = recording(tmp_path / "a" / "whole.wav", 1)
    (tmp_path / "a" / "copy.wav").write_bytes(whole.read_bytes())
    (tmp_path / "a" / "torn.wav").write_bytes(whole.read_bytes()[:5000])
    (tmp_path / "a" / "text.mp3").write_text("no sound", encoding="utf-8")
    write_wav(tmp_path / "a" / "silent.wav", np.zeros(RATE, dtype=np.float32), RATE)
    report = audio_folder.validate(tmp_path)
    told = {problem.file: problem.message for problem in report.problems}
    assert report.n_tracks == 1
    assert told["a/whole.wav"] == "is the same recording as a/copy.wav"
    assert told["a/torn.wav"] == "breaks off after 0.3 of 1.0 s"
    assert told["a/text.mp3"].startswith("holds no audio")
    assert told["a/silent.wav"] == "is silent"
    assert examine(whole, least_s=3.0).fault == "is too short: 1.00 s, and 3 s are needed"


def test_a_copy_is_heard_at_another_level_in_another_codec_from_another_beginning(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    songs = [np.concatenate([piano(list(rng.integers(40, 80, 3)), duration_s=0.5) for _ in range(24)]) for _ in "ab"]
    for name, song in zip("ab", songs, strict=True):
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "song.flac", song, TONE_RATE)
    soundfile.write(tmp_path / "b" / "taken.mp3", 0.3 * songs[0][round(2.4 * TONE_RATE) :], TONE_RATE)
    problems = audio_folder.validate(tmp_path).problems
    assert [str(problem) for problem in problems] == ["b/taken.mp3: sounds as a/song.flac does, -2.4 s"]


def test_an_unknown_dataset_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="nearest: gtzan"):
        audio_dataset("gtzn")


def test_the_real_corpus_has_its_published_counts(consort_data: Path) -> None:
    root = consort_data / emotify.NAME
    if not root.is_dir():
        pytest.skip("emotify is not in CONSORT_DATA")
    log = ProblemLog(warn=False)
    tracks = list(emotify.tracks(root, log))
    assert (len(tracks), len(log.problems)) == (320, 0)
    assert {track.genre for track in tracks} == {"classical", "electronic", "pop", "rock"}
    assert len({track.group for track in tracks}) == 104
    # One song twice, by title and artist.
    pair = [track for track in tracks if track.path.name in ("359.ogg", "366.ogg", "367.ogg")]
    (copy,) = faults(((track, examine(track.path)) for track in pair), root)
    assert str(copy) == "366.ogg: sounds as 359.ogg does"
