"""A progression becomes music: every genre, meter and harmonic rhythm, complete and playable."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.music.arrangement import arrange, block_chords
from shared.music.chords import QUALITIES, Chord
from shared.music.conditions import GENRES
from shared.music.keys import Key
from shared.music.midi import write_midi
from shared.music.score import Score
from shared.music.styles import METERS, style_of

ROOT = Path(__file__).parents[3]
PROGRESSION = [
    Chord(root, quality, root)
    for root, quality in (
        (0, "maj7"), (9, "min7"), (2, "min9"), (7, "13"), (0, "maj"), (5, "maj6"), (5, "min6"), (11, "hdim7"),
        (4, "7(b9)"), (9, "min"), (7, "7sus4"), (7, "7"), (0, "maj"),
    )
]  # fmt: skip


def _check_playable(score: Score, end_quarters: float) -> None:
    """No note is stuck, doubled or late, and every track reaches the end or stops before."""
    assert score.end_quarters == pytest.approx(end_quarters, abs=0.3)
    for track in score.tracks:
        sounding: dict[int, float] = {}
        for note in track.notes:
            assert note.onset_quarters >= sounding.get(note.pitch, 0.0) - 1e-9
            sounding[note.pitch] = note.end_quarters


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("genre", GENRES)
def test_every_chord_is_heard_whole_in_every_genre_and_meter(genre: str, meter: str) -> None:
    for seed in range(6):
        score = arrange(PROGRESSION, genre=genre, meter=meter, seed=seed)
        bar = score.bar_quarters
        _check_playable(score, bar * len(PROGRESSION))
        for index, chord in enumerate(PROGRESSION):
            span = (index * bar - 0.3, (index + 1) * bar - 0.3)
            pitched = [
                note for track in score.tracks if not track.is_drum for note in track.notes
                if note.onset_quarters < span[1] and note.end_quarters > span[0] + 0.6
            ]  # fmt: skip
            heard = {note.pitch % 12 for note in pitched}
            assert len(heard & set(chord.pitch_classes)) >= min(3, len(chord.pitch_classes)), (index, chord)


@pytest.mark.parametrize("genre", GENRES)
def test_no_gap_longer_than_two_beats_and_the_last_chord_rests(genre: str) -> None:
    for seed in range(4):
        score = arrange(PROGRESSION, genre=genre, seed=seed)
        spans = sorted((n.onset_quarters, n.end_quarters) for t in score.tracks if not t.is_drum for n in t.notes)
        reached = 0.0
        for onset, end in spans:
            assert onset - reached < 2.0
            reached = max(reached, end)
        final = [n for t in score.tracks if not t.is_drum for n in t.notes if n.onset_quarters > 48.5]
        assert not final
        held = [n for t in score.tracks for n in t.notes if n.end_quarters > 51.9]
        assert {n.pitch % 12 for n in held} == {0, 4, 7} or genre == "rock"


@pytest.mark.parametrize("genre", GENRES)
def test_the_bass_lies_below_the_chords(genre: str) -> None:
    score = arrange(PROGRESSION, genre=genre, seed=1)
    style = style_of(genre)
    bass = next(track for track in score.tracks if track.name == style.bass.name)
    layers = [track for track in score.tracks if track.name in {layer.name for layer in style.layers}]
    for track in layers:
        low = min(note.pitch for note in track.notes)
        assert sum(note.pitch >= low for note in bass.notes) <= 0.1 * len(bass.notes)


@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from(QUALITIES), st.integers(0, 11), st.floats(0.25, 9)),
        min_size=1, max_size=8,
    ),
    st.sampled_from(GENRES), st.sampled_from(METERS), st.integers(0, 5),
)  # fmt: skip
def test_any_chords_of_any_length_can_be_arranged(
    chords: list[tuple[int, str, int, float]], genre: str, meter: str, seed: int
) -> None:
    progression = [Chord(root, quality, bass) for root, quality, bass, _ in chords]
    lengths = [length for *_, length in chords]
    score = arrange(progression, genre=genre, meter=meter, quarters_per_chord=lengths, seed=seed)
    end = max(sum(lengths), sum(lengths[: _rest_index(progression)]) + score.bar_quarters)
    _check_playable(score, max(end, score.bar_quarters))


def _rest_index(chords: list[Chord]) -> int:
    """Return where the last run of equal chords begins."""
    index = len(chords) - 1
    while index and chords[index - 1] == chords[-1]:
        index -= 1
    return index


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_music(tmp_path: Path) -> None:
    def written(seed: int) -> bytes:
        return write_midi(arrange(PROGRESSION, genre="soul", seed=seed), tmp_path / "s.mid").read_bytes()

    assert written(4) == written(4)
    assert len({written(seed) for seed in range(4)}) == 4


def test_a_part_plays_the_same_with_or_without_the_others() -> None:
    whole = arrange(PROGRESSION, genre="rock", seed=2)
    chords_only = arrange(PROGRESSION, genre="rock", seed=2, parts=("chords",))
    assert chords_only.tracks == whole.tracks[:2]
    assert [track.is_drum for track in arrange(PROGRESSION, genre="rock", parts=("drums",)).tracks] == [True]


def test_jazz_swings_and_classical_does_not() -> None:
    def share_late(genre: str) -> float:
        # Between 0.58 and 0.7 of a beat lies the swung eighth; straight eighths lie around 0.5.
        phases = [n.onset_quarters % 1 for t in arrange(PROGRESSION, genre=genre).tracks for n in t.notes]
        off = [phase for phase in phases if 0.4 < phase < 0.7]
        return sum(phase > 0.58 for phase in off) / len(off)

    assert share_late("jazz") > 0.9
    assert share_late("classical") < 0.1


def test_the_genres_differ_in_players() -> None:
    players = {
        tuple((track.name, track.program) for track in arrange(PROGRESSION, genre=genre, seed=1).tracks)
        for genre in GENRES
    }
    assert len(players) == len(GENRES)


def test_a_calm_mood_is_slower_and_sparser_than_an_excited_one() -> None:
    calm, excited = (arrange(PROGRESSION, genre="pop", mood=mood) for mood in ("calmness", "excitement"))
    assert calm.tempo_qpm < excited.tempo_qpm
    assert calm.n_notes / calm.duration_s < 0.7 * excited.n_notes / excited.duration_s


def test_marks_key_tempo_and_meter_are_in_the_score() -> None:
    key = Key(0, "major")
    score = arrange(PROGRESSION[:3], genre="folk", tempo_qpm=77.0, meter="3/4", quarters_per_chord=[3, 6, 3], key=key)
    assert (score.key, score.tempo_qpm, score.meter) == (key, 77.0, "3/4")
    assert [onset for onset, _ in score.chord_marks] == [0.0, 3.0, 9.0]
    assert score.chord_marks[1][1].startswith("Am")


def test_a_bar_without_chord_is_a_rest_for_all_but_the_drums() -> None:
    chords = [PROGRESSION[0], Chord.no_chord(), PROGRESSION[0]]
    score = arrange(chords, genre="pop")
    pitched = [n for t in score.tracks if not t.is_drum for n in t.notes]
    assert not [n for n in pitched if 4.1 < n.onset_quarters < 7.4]
    assert arrange([Chord.no_chord()], genre="classical").n_notes == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"genre": "polka"}, "unknown genre 'polka'"),
        ({"meter": "4/5"}, "unknown meter '4/5'; nearest: 4/4"),
        ({"parts": ("melody",)}, "unknown part 'melody'"),
        ({"mood": "joyful"}, "unknown mood 'joyful'; nearest: joy"),
        ({"quarters_per_chord": [4, 4]}, "13 chords but 2 lengths"),
        ({"quarters_per_chord": -1}, "not above 0"),
        ({"tempo_qpm": 0}, "tempo 0"),
    ],
)
def test_what_cannot_be_played_is_refused_in_one_sentence(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        arrange(PROGRESSION, **{"genre": "pop", **changes})


def test_no_chord_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="no chord to play"):
        arrange([], genre="pop")
    with pytest.raises(InputError, match="no chord to play"):
        block_chords([])


def test_block_chords_are_one_plain_track() -> None:
    score = block_chords(PROGRESSION, quarters_per_chord=2.0, key=Key(0, "major"))
    (track,) = score.tracks
    assert {note.duration_quarters for note in track.notes} == {2.0}
    assert len({note.velocity for note in track.notes}) == 1
    for index, chord in enumerate(PROGRESSION):
        pitches = [note.pitch for note in track.notes if note.onset_quarters == index * 2.0]
        assert min(pitches) % 12 == chord.bass
        assert {pitch % 12 for pitch in pitches} <= set(chord.pitch_classes)


def test_arranging_loads_no_audio_or_midi_library() -> None:
    code = (
        "import sys, shared.music.arrangement; "
        "heavy = {'pretty_midi', 'mido', 'symusic', 'soundfile', 'scipy', 'librosa', 'mir_eval'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
