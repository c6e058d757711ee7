"""MIDI files: written once, opened by three libraries, read back as they were; broken ones named in a sentence."""

import logging
from pathlib import Path

import mido
import pretty_midi
import pytest
import symusic

from shared.errors import ConsortError, InputError
from shared.music.keys import Key
from shared.music.midi import read_midi, to_pretty_midi, write_midi
from shared.music.score import Note, Score, Track

SCORE = Score(
    tracks=(
        Track("piano", 4, False, (Note(60, 80, 0.0, 1.5), Note(64, 70, 0.0, 1.5), Note(60, 90, 1.5, 0.5)), 90, 30, 50),
        Track("bass", 33, False, (Note(36, 100, 0.0, 3.0),)),
        Track("drums", 0, True, (Note(36, 100, 0.0, 0.25), Note(42, 60, 0.5, 0.25))),
    ),
    tempo_qpm=96.0,
    meter="6/8",
    key=Key(9, "minor"),
    chord_marks=((0.0, "Am"), (1.5, "Cmaj7/E")),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_midi(SCORE, tmp_path / "song.mid")


def test_round_trip(path: Path) -> None:
    assert read_midi(path) == SCORE


def test_mido_finds_the_format_and_every_event(path: Path) -> None:
    file = mido.MidiFile(path)
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 4)
    head = {message.type: message for message in file.tracks[0]}
    assert head["set_tempo"].tempo == 625_000
    assert (head["time_signature"].numerator, head["time_signature"].denominator) == (6, 8)
    assert head["key_signature"].key == "Am"
    assert [m.text for m in file.tracks[0] if m.type == "marker"] == ["Am", "Cmaj7/E"]
    channels = [{m.channel for m in track if not m.is_meta} for track in file.tracks[1:]]
    assert channels == [{0}, {1}, {9}]
    assert [m.program for track in file.tracks for m in track if m.type == "program_change"] == [4, 33, 0]


def test_a_repeated_pitch_is_released_before_it_is_struck_again(path: Path) -> None:
    events = [m.type for m in mido.MidiFile(path).tracks[1] if m.type.startswith("note") and m.note == 60]
    assert events == ["note_on", "note_off", "note_on", "note_off"]


def test_a_pitch_that_overlaps_itself_is_struck_again_and_not_cut_off(tmp_path: Path) -> None:
    notes = (Note(60, 80, 0.0, 3.0), Note(60, 90, 1.0, 1.5))
    score = Score((Track("strings", 48, notes=notes),))
    (track,) = read_midi(write_midi(score, tmp_path / "overlap.mid")).tracks
    assert track.notes == (Note(60, 80, 0.0, 1.0), Note(60, 90, 1.0, 1.5))


def test_pretty_midi_reads_the_same_notes_in_seconds(path: Path) -> None:
    song = pretty_midi.PrettyMIDI(str(path))
    assert [(i.name, i.program, i.is_drum) for i in song.instruments] == [
        ("piano", 4, False), ("bass", 33, False), ("drums", 0, True),
    ]  # fmt: skip
    assert song.get_end_time() == pytest.approx(SCORE.duration_s, abs=1e-3)
    assert song.key_signature_changes[0].key_number == 12 + 9
    assert {note.pitch for note in to_pretty_midi(SCORE).instruments[0].notes} == {60, 64}


def test_symusic_reads_the_same_notes_in_ticks(path: Path) -> None:
    song = symusic.Score(str(path))
    assert (song.tpq, song.tempos[0].qpm) == (480, 96.0)
    assert [(n.pitch, n.velocity, n.time, n.duration) for n in song.tracks[1].notes] == [(36, 100, 0, 1440)]


def test_every_file_ends_a_bar_after_the_last_note(path: Path) -> None:
    assert all(sum(m.time for m in track) == 6 * 480 for track in mido.MidiFile(path).tracks)


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_all_24_keys_survive(tmp_path: Path, tonic: int, mode: str) -> None:
    score = Score((Track("piano", 0, notes=(Note(60, 80, 0, 1),)),), key=Key(tonic, mode))
    assert read_midi(write_midi(score, tmp_path / "key.mid")).key == Key(tonic, mode)


@pytest.mark.parametrize("tempo", [40.0, 61.7, 120.0, 133.3, 240.0])
def test_tempo_survives_to_a_microsecond_per_quarter(tmp_path: Path, tempo: float) -> None:
    score = Score((Track("piano", 0, notes=(Note(60, 80, 0, 1),)),), tempo_qpm=tempo)
    assert 60e6 / read_midi(write_midi(score, tmp_path / "t.mid")).tempo_qpm == pytest.approx(60e6 / tempo, abs=0.6)


def test_a_note_shorter_than_a_tick_is_still_a_note(tmp_path: Path) -> None:
    score = Score((Track("piano", 0, notes=(Note(60, 80, 1.0, 1e-5),)),))
    (note,) = read_midi(write_midi(score, tmp_path / "short.mid")).tracks[0].notes
    assert note.duration_quarters == pytest.approx(1 / 480)


def test_twenty_players_never_meet_the_drums(tmp_path: Path) -> None:
    tracks = tuple(Track(f"p{n}", n, notes=(Note(60, 80, 0, 1),)) for n in range(20))
    file = mido.MidiFile(write_midi(Score(tracks), tmp_path / "many.mid"))
    assert 9 not in {m.channel for track in file.tracks[1:] for m in track if not m.is_meta}


def test_the_same_score_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    assert write_midi(SCORE, tmp_path / "again.mid").read_bytes() == path.read_bytes()


def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def disk_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mido.MidiFile, "save", disk_full)
    with pytest.raises(ConsortError, match="No space left"):
        write_midi(SCORE, path)
    assert path.read_bytes() == before
    assert [child.name for child in path.parent.iterdir()] == ["song.mid"]


@pytest.mark.parametrize(
    "content",
    [b"", b"this is a text file and no music", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\x40\0\x90\x40\x40", b"RIFF" * 9],
    ids=["empty", "text", "truncated", "other format"],
)
def test_a_corrupt_file_is_named_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.mid is not a readable MIDI file") as caught:
        read_midi(broken)
    assert "\n" not in str(caught.value)


def test_a_file_cut_anywhere_is_read_or_refused_but_never_crashes(path: Path, tmp_path: Path) -> None:
    content, cut = path.read_bytes(), tmp_path / "cut.mid"
    refused = 0
    for length in range(0, len(content), 7):
        cut.write_bytes(content[:length])
        try:
            assert read_midi(cut).n_notes <= SCORE.n_notes
        except InputError:
            refused += 1
    assert refused > 10


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such MIDI file"):
        read_midi(tmp_path / "none.mid")
    with pytest.raises(InputError, match="no such MIDI file"):
        read_midi(tmp_path)


def test_what_a_score_cannot_hold_is_dropped_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = mido.MidiFile(ticks_per_beat=96)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=500_000))
    track.append(mido.Message("note_on", note=60, velocity=64, time=0))
    track.append(mido.Message("note_off", note=60, time=96))
    track.append(mido.MetaMessage("set_tempo", tempo=400_000, time=0))
    file.save(tmp_path / "two_tempos.mid")
    with caplog.at_level(logging.WARNING):
        score = read_midi(tmp_path / "two_tempos.mid")
    assert (score.tempo_qpm, score.tracks[0].notes) == (120.0, (Note(60, 64, 0.0, 1.0),))
    assert "2 tempos" in caplog.text
