"""Progressions obey the wishes, repeat with their seed, and become files that other libraries open."""

from __future__ import annotations

import shutil
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from sequence_models.chord_generator.config import GenerateConfig
from sequence_models.chord_generator.generate import generate, main
from shared.decoding.harmonize import Harmonization
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions
from shared.errors import ConsortError
from shared.files import read_json, write_json
from shared.music.chords import parse
from shared.music.keys import parse_key
from shared.music.melody_file import read_melody
from shared.music.midi import read_midi, write_midi
from shared.music.score import Note, Score, Track


def _generate(run: Path, **wishes: object) -> list[list[str]]:
    return [p.harte for p in generate(GenerateConfig(checkpoint=str(run), **wishes))]  # type: ignore[arg-type]


def test_same_seed_same_progression_and_another_seed_another(run: Path) -> None:
    first = _generate(run, genre="jazz", length=16, seed=1)
    assert first == _generate(run, genre="jazz", length=16, seed=1)
    assert first != _generate(run, genre="jazz", length=16, seed=2)


def test_a_sample_does_not_depend_on_how_many_are_drawn(run: Path) -> None:
    assert _generate(run, length=8, num_samples=3)[0] == _generate(run, length=8)[0]


def test_seed_chords_of_both_dialects_come_first(run: Path) -> None:
    for seed_chords in ("C Am", "C:maj A:min", "C, | Am |"):
        (chords,) = _generate(run, seed_chords=seed_chords, length=6)
        assert chords[:2] == ["C:maj", "A:min"]
        assert len(chords) == 6


def test_temperature_zero_is_greedy(run: Path) -> None:
    assert _generate(run, temperature=0.0, length=8, seed=1) == _generate(run, temperature=0.0, length=8, seed=2)


def test_constraints_hold(run: Path) -> None:
    key = parse_key("Eb:major")
    wishes = GenerateConfig(
        checkpoint=str(run), key="Eb", stay_in_key=True, cadence=True, length=12, num_samples=5, temperature=1.5
    )
    for progression in generate(wishes):
        assert all(key.chord_is_diatonic(chord) for chord in progression.chords)
        assert progression.chords[-1].root == key.tonic
        assert all(a != b for a, b in zip(progression.chords, progression.chords[1:], strict=False))


def test_without_a_key_it_is_c_major_and_an_open_one_is_the_models(run: Path) -> None:
    assert _generate(run, length=8, temperature=0.0) == _generate(run, length=8, temperature=0.0, key="C:major")
    assert len(_generate(run, length=8, key="any")[0]) == 8


def test_files_are_music(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {kind: tmp_path / f"song.{kind}" for kind in ("json", "midi", "wav")}
    words = [word for kind, path in names.items() for word in (f"--{kind}", str(path))]
    wishes = ["--genre", "jazz", "--mood", "joy", "--key", "Bb major", "--length", "4", "--num-samples", "2"]
    assert main(["--checkpoint", str(run), *wishes, *words]) == 0
    out = capsys.readouterr().out
    assert "1. Bb:major, jazz, joy" in out
    content = read_json(names["json"])
    assert [len(entry["chords"]) for entry in content] == [4, 4]
    assert content[0]["names"][0] in out
    assert (tmp_path / "song-2.wav").is_file()
    notes = [message for message in mido.MidiFile(names["midi"]) if message.type == "note_on" and message.velocity]
    assert len(notes) > 12
    waveform, sample_rate = soundfile.read(names["wav"])
    assert sample_rate == 44_100
    assert 0.5 < np.abs(waveform).max() < 1
    assert len(waveform) > 4 * sample_rate


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--genre", "jaz"], "unknown genre 'jaz'; nearest: jazz"),
        (["--mood", "joyful"], "unknown mood 'joyful'; nearest: joy"),
        (["--key", "H:major"], "H:major"),
        (["--seed-chords", "C Hm7"], "Hm7"),
        (["--temperature", "-1"], "temperature"),
        (["--num-samples", "0"], "--num-samples"),
        (["--length", "1", "--seed-chords", "C Am F"], "cannot hold 3 seed chords"),
    ],
)
def test_wrong_wishes_are_one_line_and_exit_code_2(
    run: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--checkpoint", str(run), *words]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """A melody of eight bars in D major, below it a bass."""
    pitches = [62, 66, 69, 66, 67, 71, 74, 71, 69, 73, 76, 73, 62, 66, 69, 74] * 2
    lead = Track("MELODY", 73, notes=tuple(Note(pitch, 80, float(i), 1.0) for i, pitch in enumerate(pitches)))
    bass = Track("Bass", 33, notes=tuple(Note(38, 80, 4.0 * bar, 4.0) for bar in range(8)))
    return write_midi(Score((bass, lead), tempo_qpm=84.0), tmp_path / "tune.mid")


def test_a_melody_gets_chords(run: Path, tune: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {kind: tmp_path / f"song.{kind}" for kind in ("json", "midi", "wav")}
    words = [word for kind, path in names.items() for word in (f"--{kind}", str(path))]
    wishes = ["--melody", str(tune), "--genre", "folk", "--temperature", "0", "--stay-in-key", "--cadence"]
    assert main(["--checkpoint", str(run), *wishes, *words]) == 0
    out = capsys.readouterr().out
    assert "1. D:major, folk" in out
    (content,) = read_json(names["json"])
    assert len(content["bars"]) == 8
    assert out.splitlines()[1].split(" | ")[-1] == content["bars"][-1][-1]
    assert content["romans"][-1].startswith("I")
    assert all(parse_key("D").chord_is_diatonic(parse(label)) for label in content["chords"])
    written = read_midi(names["midi"])
    assert [note.pitch for note in written.tracks[0].notes] == [note.pitch for note in read_melody(tune).notes]
    assert written.tempo_qpm == pytest.approx(84)
    assert len(written.tracks) > 2
    waveform, sample_rate = soundfile.read(names["wav"])
    assert 0.5 < np.abs(waveform).max() < 1
    assert len(waveform) > 32 * sample_rate * 60 / 84


def test_chords_of_a_melody_repeat_with_their_seed(run: Path, tune: Path) -> None:
    drawn = [_generate(run, melody=str(tune), seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert _generate(run, melody=str(tune), num_samples=3, seed=1)[0] == drawn[0][0]


def test_another_track_and_more_chords_in_a_bar_may_be_asked_for(run: Path, tune: Path) -> None:
    bass = GenerateConfig(checkpoint=str(run), melody=str(tune), melody_track="bass", key="D", beats_per_chord=2)
    (made,) = generate(bass)
    assert isinstance(made, Harmonization)
    assert {note.pitch for note in made.melody.notes} == {38}
    assert len(made.spans) == 16


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seed-chords", "C Am"], "--seed-chords cannot be joined with --melody"),
        (["--length", "8"], "--length and --max-length cannot be joined with --melody"),
        (["--max-length", "8"], "--length and --max-length cannot be joined with --melody"),
        (["--melody-track", "viola"], "unknown track 'viola'"),
        (["--beats-per-chord", "0.0001"], "too many"),
    ],
)
def test_what_does_not_go_with_a_melody_is_one_line(
    run: Path, tune: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--checkpoint", str(run), "--melody", str(tune), *words]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_track_without_a_file_and_a_missing_file_are_one_line(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in ((["--melody-track", "1"], "give the file with --melody"), (["--melody", "x.mid"], "x.mid")):
        assert main(["--checkpoint", str(run), *words]) == 2
        err = capsys.readouterr().err
        assert message in err
        assert err.count("\n") == 1


def test_rows_that_are_selected_go_on_as_they_would_alone(run: Path) -> None:
    model = OnnxStepModel(run / "chord_generator_step.onnx")
    asked = [Conditions.repeated(n, genre=0, mood=0, key=0, scale_type=0) for n in range(4)]

    def alone(*tokens: int) -> np.ndarray:
        state = model.initial_state(1)
        for token in tokens:
            probabilities, state = model.step(np.array([token]), asked[1], state)
        return probabilities[0]

    first, state = model.step(np.array([1, 1]), asked[2], model.initial_state(2))
    _, other = model.step(np.array([1]), asked[1], model.initial_state(1))
    _, state = model.step(np.array([10, 20]), asked[2], state)
    for _ in range(2):  # what was selected from stays as it is
        chosen = model.select([(state, 1), (other, 0), (state, 0)])
        found, _ = model.step(np.array([30, 40, 50]), asked[3], chosen)
        for row, tokens in zip(found, ((1, 20, 30), (1, 40), (1, 10, 50)), strict=True):
            np.testing.assert_allclose(row, alone(*tokens), atol=1e-6)
    np.testing.assert_allclose(first[0], alone(1), atol=1e-6)


def test_step_model_that_does_not_fit_its_signature_is_refused(run: Path, tmp_path: Path) -> None:
    for name in ("chord_generator_step.onnx", "chord_generator_step.json"):
        shutil.copy(run / name, tmp_path / name)
    content = read_json(tmp_path / "chord_generator_step.json")
    content["vocabularies"]["chord"][7] = "C:quartal"
    write_json(tmp_path / "chord_generator_step.json", content)
    with pytest.raises(ConsortError, match=r"speaks another vocabulary.*id 7 is 'C:quartal'"):
        generate(GenerateConfig(checkpoint=str(tmp_path)))
