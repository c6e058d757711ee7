"""`python -m benchmarks.chord_conditioning`: does the chord generator obey its conditions, and whom does it copy?

Everything is drawn at temperature 1, with no rule but that every chord is a change. Genre: `benchmarks.chord_genres`.
Moods: `benchmarks.chord_moods`. Key: the share of diatonic chords where key and scale type are given, major and
minor apart, in all twelve keys and in every genre alike. Copies: progressions of twelve chords or more that a
training song holds, in whatever key. Beside each figure stands that of real songs and that of chance.

The model is measured as `generate` uses it (`shared.decoding.obedience`): tilted into a scale and towards a mood that
are asked for, at a guidance of 0 as well as at one of genre and mood above it. What the network does by itself stands
in the rows "as learnt". Key adherence is held to its bar at guidance 0, as progressions are made by default.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.chord_corpus import Asked, Made, RealSongs, compose, load_real_songs, open_model
from benchmarks.chord_genres import GENRE_ACCURACY, Heard, Row, measure_genres, trained_judge
from benchmarks.chord_moods import genres_with_moods, measure_moods
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.decoding.constraints import in_key_mask
from shared.decoding.progression import StepModel
from shared.metrics.progressions import copied_share, key_adherence
from shared.music.chord_tokens import N_SPECIAL, id_to_chord
from shared.music.conditions import GENRE, KEY, SCALE_TYPE, SCALE_TYPES
from shared.music.keys import Key, key_of_id

KEY_ADHERENCE, COPIED = 0.95, 0.02
_COPY_LENGTH = 12  # chords
_TOTALS = ("all genres alike", "genre open", "27 moods")


@dataclass
class ChordConditioningConfig:
    """`benchmarks.chord_conditioning`: genre, mood, key and copies of generated progressions."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    guidance: float = option(1.0, help="weight of genre and mood; 0 = as learned", minimum=0)
    per_genre: int = option(200, help="progressions per genre", minimum=1)
    per_key: int = option(4, help="progressions per key and genre", minimum=1)
    per_mood: int = option(25, help="progressions per mood and genre", minimum=2)
    seed: int = option(0, help="seed of the progressions")
    output_dir: str = option(str(RESULTS), help="folder of chord_conditioning.json")


def measure(
    folder: Path, *, guidance: float = 1.0, per_genre: int = 200, per_key: int = 4, per_mood: int = 25, seed: int = 0
) -> tuple[list[Row], list[Bar]]:
    """Return the table's rows and the bars of one trained run.

    Args:
        folder: the run.
        guidance: weight of genre and mood; 0 draws as the model says.
        per_genre: progressions per genre.
        per_key: progressions per key and genre.
        per_mood: progressions per mood and genre.
        seed: of all that is drawn.

    Raises:
        ConsortError: when the run or its songs cannot be read.
    """
    songs = load_real_songs(folder)
    judge, rows, judge_bar = trained_judge(songs)
    rows, bars = _with("", rows), [judge_bar]
    moody = genres_with_moods(songs.train)
    plain = open_model(folder, None)
    own = [*measure_keys(plain, songs, per_key, seed)[0], *measure_moods(plain, songs.train, moody, per_mood, seed)[0]]
    rows += _with("as learnt", [row for row in own if row["of"] in _TOTALS])
    for weight in sorted({0.0, guidance}):
        model = open_model(folder, weight)
        told, made, played = measure_genres(model, judge, songs, per_genre, seed)
        in_key, key_bars = measure_keys(model, songs, per_key, seed)
        copied, copy_bars = measure_copies(made, played, songs)
        rows += _with(weight, told + in_key + copied)
        if weight == 0.0:
            bars += key_bars
        if weight == guidance:
            name = "genre of generated progressions told by chord bigrams"
            bars += [Bar.at_least(name, told[0]["generated"], GENRE_ACCURACY), *copy_bars]
            moods, mood_bars = measure_moods(model, songs.train, moody, per_mood, seed)
            rows, bars = rows + _with(weight, moods), bars + mood_bars
    return rows, bars


def _with(guidance: float | str, rows: Sequence[Row]) -> list[Row]:
    return [{"guidance": guidance, **row} for row in rows]


def measure_keys(model: StepModel, songs: RealSongs, per_key: int, seed: int) -> tuple[list[Row], list[Bar]]:
    """Return the rows and bars of key adherence, major and minor apart."""
    rows: list[Row] = []
    bars = []
    genres = (*songs.genres, None)
    for mode in SCALE_TYPES:
        keys = [key for key in map(key_of_id, range(24)) if key.mode == mode]
        made = compose(model, key_wishes(keys, genres, per_key), seed)
        chance = float(np.mean(in_key_mask(keys[0])[N_SPECIAL:]))
        total = _key_row(mode, "all genres alike", made, _real_adherence(songs, mode), chance)
        rows.append(total)
        for genre in genres:
            some = [one for one in made if one.asked.genre == GENRE.id(genre)]
            rows.append(_key_row(mode, genre or "genre open", some, None, chance))
        bars.append(Bar.at_least(f"key adherence in {mode}", total["generated"], KEY_ADHERENCE))
    return rows, bars


def _real_adherence(songs: RealSongs, mode: str) -> float | None:
    """Return the share of diatonic chords in the held-out songs of a mode, None where there is no such song."""
    known = [one for one in songs.held_out if one.asked.key != KEY.unspecified]
    pairs = [(one, key) for one in known if (key := key_of_id(one.asked.key)).mode == mode]
    if not pairs:
        return None
    chords = [[id_to_chord(int(token)) for token in one.song.tokens] for one, _ in pairs]
    return key_adherence(chords, [key for _, key in pairs])


def key_wishes(keys: Sequence[Key], genres: Sequence[str | None], per_key: int) -> list[Asked]:
    """Ask for every key with its scale type in every genre."""
    return [
        Asked(GENRE.id(genre), key=key.id, scale_type=SCALE_TYPE.id(key.mode))
        for genre in genres
        for key in keys
        for _ in range(per_key)
    ]


def _key_row(mode: str, of: str, made: Sequence[Made], real: float | None, chance: float) -> Row:
    return {
        "measure": f"chords in key, {mode}", "of": of,
        "generated": key_adherence([one.chords for one in made], [one.key for one in made]), "real": real,
        "chance": chance, "n": len(made), "note": "real: held-out songs of the mode" if real is not None else "",
    }  # fmt: skip


def measure_copies(made: Sequence[Made], played: Sequence[Heard], songs: RealSongs) -> tuple[list[Row], list[Bar]]:
    """Return the rows and the bar of copying, beside real openings that are as long.

    A copy is a progression that stands whole in a training song, loops included: that is the bar. Twelve chords in
    a row anywhere are counted too, and both without loops, which belong to nobody.
    """
    training = [real.song.tokens for real in (*songs.train, *songs.written)]
    rows: list[Row] = []
    for how, anywhere, loops in (
        ("the whole progression", False, True),
        ("the whole progression, no loop", False, False),
        ("any 12 chords in a row", True, True),
        ("any 12 chords in a row, no loop", True, False),
    ):
        generated, real = (
            copied_share(some, training, _COPY_LENGTH, anywhere, loops)
            for some in ([one.tokens for one in made], [song.tokens for song, _ in played])
        )
        rows.append({
            "measure": "copied from a training song", "of": how, "generated": generated, "real": real,
            "chance": None, "n": sum(len(one.tokens) >= _COPY_LENGTH for one in made),
            "note": "real: openings of held-out songs, as long",
        })  # fmt: skip
    return rows, [Bar.at_most("progressions of 12 chords or more copied whole", rows[0]["generated"], COPIED)]


@entry_point(ChordConditioningConfig)
def main(config: ChordConditioningConfig) -> None:
    """Measure, print the table and write it as JSON."""
    from sequence_models.chord_generator import run_folder

    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.STEP_MODEL)
    rows, bars = measure(
        folder, guidance=config.guidance, per_genre=config.per_genre, per_key=config.per_key,
        per_mood=config.per_mood, seed=config.seed,
    )  # fmt: skip
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    command = f"python -m benchmarks.chord_conditioning --guidance {config.guidance:g}"
    print(f"written: {write_benchmark('chord_conditioning', command, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
