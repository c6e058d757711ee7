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
from shared.errors import ConsortError
from shared.files import read_json, write_json
from shared.music.keys import parse_key


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


def test_step_model_that_does_not_fit_its_signature_is_refused(run: Path, tmp_path: Path) -> None:
    for name in ("chord_generator_step.onnx", "chord_generator_step.json"):
        shutil.copy(run / name, tmp_path / name)
    content = read_json(tmp_path / "chord_generator_step.json")
    content["vocabularies"]["chord"][7] = "C:quartal"
    write_json(tmp_path / "chord_generator_step.json", content)
    with pytest.raises(ConsortError, match=r"speaks another vocabulary.*id 7 is 'C:quartal'"):
        generate(GenerateConfig(checkpoint=str(tmp_path)))
