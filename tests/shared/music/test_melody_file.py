"""The melody is found in MIDI files of every kind, and what holds none says so in one sentence."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest

from shared.errors import InputError
from shared.music.melody_file import read_melody
from shared.music.midi import write_midi
from shared.music.score import Note, Score, Track

TUNE = (67, 69, 71, 72)
CHORDS = (48, 52, 55)


def tune(name: str = "", pitches: tuple[int, ...] = TUNE, program: int = 0, start: float = 0.0) -> Track:
    return Track(name, program, notes=tuple(Note(pitch, 80, start + i, 1.0) for i, pitch in enumerate(pitches)))


def chords(name: str = "", low: int = 0) -> Track:
    return Track(name, 0, notes=tuple(Note(pitch + low, 80, bar, 2.0) for bar in (0.0, 2.0) for pitch in CHORDS))


def bass(name: str = "") -> Track:
    return tune(name, (36, 31, 36, 31), program=33)


def drums() -> Track:
    return Track("kit", 0, is_drum=True, notes=tuple(Note(38, 80, float(beat), 0.5) for beat in range(4)))


def saved(folder: Path, *tracks: Track, meter: str = "4/4", tempo_qpm: float = 90.0) -> Path:
    return write_midi(Score(tracks, tempo_qpm, meter), folder / "tune.mid")


def pitches(path: Path, track: str = "") -> list[int]:
    return [note.pitch for note in read_melody(path, track).notes]


def test_a_track_that_is_named_after_the_melody_is_it(tmp_path: Path) -> None:
    high = tune("BRIDGE", (84, 86, 88, 89))
    for name in ("MELODY", "Lead vocals", "voice 1"):
        path = saved(tmp_path, high, chords("PIANO"), tune(name))
        assert pitches(path) == list(TUNE)


def test_without_names_it_is_the_high_line_of_single_notes(tmp_path: Path) -> None:
    assert pitches(saved(tmp_path, bass(), chords(low=12), drums(), tune())) == list(TUNE)
    assert pitches(saved(tmp_path, bass(), tune("", (36, 38, 40, 41)), tune())) == list(TUNE)


def test_of_chords_alone_the_top_line_is_taken(tmp_path: Path) -> None:
    assert pitches(saved(tmp_path, chords())) == [55, 55]


def test_a_track_can_be_named_or_numbered(tmp_path: Path) -> None:
    path = saved(tmp_path, tune("MELODY"), bass("Bass"), drums())
    for wanted in ("bass", "Bass", "2"):
        assert pitches(path, wanted) == [36, 31, 36, 31]
    with pytest.raises(InputError, match="unknown track 'Melodie'; nearest: MELODY"):
        read_melody(path, "Melodie")
    with pytest.raises(InputError, match=r"track 'kit' of .* is drums"):
        read_melody(path, "kit")


def test_tempo_metre_and_instrument_come_along(tmp_path: Path) -> None:
    melody = read_melody(saved(tmp_path, tune(program=73, start=7.0), meter="3/4"))
    assert (melody.meter, melody.bar_quarters, melody.program) == ("3/4", 3.0, 73)
    assert melody.tempo_qpm == pytest.approx(90.0)
    assert [note.onset_quarters for note in melody.notes] == [1.0, 2.0, 3.0, 4.0]


def write_raw(path: Path, signatures: list[tuple[int, int, int]], tempos: list[tuple[int, float]]) -> Path:
    """Write signatures (tick, beats, unit) and tempos (tick, qpm) above eight quarters, 480 ticks each."""
    events = [(tick, mido.MetaMessage("time_signature", numerator=a, denominator=b)) for tick, a, b in signatures]
    events += [(tick, mido.MetaMessage("set_tempo", tempo=round(60e6 / qpm))) for tick, qpm in tempos]
    for beat in range(8):
        events.append((480 * beat, mido.Message("note_on", note=60 + beat, velocity=80)))
        events.append((480 * beat + 470, mido.Message("note_off", note=60 + beat)))
    track, now = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
    return path


def test_an_upbeat_stays_before_the_bar_line(tmp_path: Path) -> None:
    melody = read_melody(write_raw(tmp_path / "upbeat.mid", [(0, 1, 4), (480, 3, 4)], []))
    assert melody.meter == "3/4"
    assert [note.onset_quarters for note in melody.notes[:3]] == [2.0, 3.0, 4.0]


def test_a_metre_of_one_beat_or_no_length_is_none(tmp_path: Path) -> None:
    assert read_melody(write_raw(tmp_path / "one.mid", [(0, 1, 4)], [])).meter == "4/4"
    assert read_melody(write_raw(tmp_path / "gone.mid", [(0, 3, 4), (0, 1, 4)], [])).meter == "4/4"
    assert read_melody(write_raw(tmp_path / "none.mid", [], [])).meter == "4/4"


def test_the_tempo_that_holds_longest_counts(tmp_path: Path) -> None:
    melody = read_melody(write_raw(tmp_path / "slow.mid", [], [(0, 60), (480, 140), (3 * 480, 80)]))
    assert melody.tempo_qpm == pytest.approx(80)
    assert read_melody(write_raw(tmp_path / "unsaid.mid", [], [])).tempo_qpm == 120


def test_files_without_a_melody_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no notes; give a MIDI file with a melody"):
        read_melody(saved(tmp_path, Track("MELODY", 0)))
    with pytest.raises(InputError, match="has only drums"):
        read_melody(saved(tmp_path, drums()))
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"no music")
    with pytest.raises(InputError, match="is not a readable MIDI file"):
        read_melody(broken)
    with pytest.raises(InputError, match="no such MIDI file"):
        read_melody(tmp_path / "absent.mid")


def test_notes_without_length_are_none(tmp_path: Path) -> None:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="MELODY")])
    track += [mido.Message("note_on", note=60, velocity=80), mido.Message("note_off", note=60)]
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(tmp_path / "empty.mid")
    with pytest.raises(InputError, match="has no notes"):
        read_melody(tmp_path / "empty.mid")
