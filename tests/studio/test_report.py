"""The page: it needs nothing but itself, all of its references resolve, and nothing escapes its quotes."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
import soundfile

from studio.embedded_audio import Sound, data_uri, small_copy
from studio.report import Report, render
from studio.report_figures import (
    best_epoch,
    control_table,
    curve_names,
    export_table,
    genre_chart,
    strongest_control,
    training_section,
    verdict,
)

_VOID = {"meta", "link", "input", "br", "hr"}
_REFERENCES = ("src", "href", "xlink:href", "poster", "srcset", "action")


class _Page(HTMLParser):
    """Collects elements, and checks that every one is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)

    def values(self, attribute: str) -> list[str]:
        """Return every value of an attribute."""
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


@pytest.fixture
def page(report: Report) -> _Page:
    return _Page(render(report))


@pytest.fixture
def page_of_two(report_of_two: Report) -> _Page:
    return _Page(render(report_of_two))


def test_every_resource_is_inside_the_page(page: _Page) -> None:
    targets = [value for name in _REFERENCES for value in page.values(name)]
    assert targets
    assert all(target.startswith(("data:", "#")) for target in targets)


def test_style_and_script_reach_for_nothing_outside(report: Report) -> None:
    text = render(report)
    assert "@import" not in text
    assert "url(" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in text


@pytest.mark.parametrize("kind", ["page", "page_of_two"])
def test_ids_are_unique_and_every_reference_to_one_resolves(kind: str, request: pytest.FixtureRequest) -> None:
    page: _Page = request.getfixturevalue(kind)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    wanted = page.values("data-scope") + [target[1:] for target in page.values("href") if target.startswith("#")]
    wanted += [word for name in ("aria-labelledby", "for", "aria-controls") for word in page.values(name)]
    assert len(wanted) >= 3
    assert set(wanted) <= set(ids)


def test_the_embedded_sound_has_the_right_length(page: _Page) -> None:
    sources = [attributes["src"] or "" for tag, attributes in page.elements if tag == "audio"]
    assert len(sources) == 2  # the song and one take
    for source in sources:
        head, _, body = source.partition(",")
        assert head in ("data:audio/mpeg;base64", "data:audio/wav;base64")
        waveform, sample_rate = soundfile.read(io.BytesIO(base64.b64decode(body, validate=True)))
        assert len(waveform) / sample_rate == pytest.approx(6.0, abs=0.1)
        assert 0.2 < np.abs(waveform).max() < 0.6


def test_names_cannot_break_out_of_the_page(report: Report, page: _Page) -> None:
    assert "<b>joy</b>" not in render(report)
    assert "jazz, <b>joy</b>" in page.texts
    assert 'G"7' in page.texts
    assert "V&7" in page.texts
    assert "R&D <x86>" in page.texts


def test_everything_that_plays_or_is_drawn_has_a_name(page: _Page) -> None:
    for tag, attributes in page.elements:
        if tag in ("audio", "input") or (tag == "svg" and attributes.get("role") == "img"):
            assert attributes.get("aria-label"), (tag, attributes)
        if tag == "svg":
            assert "role" in attributes or attributes.get("aria-hidden") == "true"


def test_the_figures_are_on_the_page(page: _Page) -> None:
    for figure in ("5.00", "50.0 %", "6.00", "40.0 %", "2.0e-07", "0.12\N{NO-BREAK SPACE}ms", "A song in B♭ major"):
        assert any(figure in text for text in page.texts), figure


def test_the_takes_of_two_stand_side_by_side_and_say_whose_they_are(page_of_two: _Page) -> None:
    makers = [name for name in page_of_two.values("class") if name.startswith(("maker ", "by "))]
    assert makers == ["maker shipped", "maker trained", "by shipped", "by trained"]
    assert page_of_two.texts.count("The weights that <ship>") == 2
    assert page_of_two.texts.count("The weights trained just now") == 2
    assert "learned from real songs" in page_of_two.texts
    players = [name for name in page_of_two.values("aria-label") if name.startswith("Play jazz")]
    assert len(players) == len(set(players)) == 2


def test_who_wrote_the_song_and_what_their_card_says_is_on_the_page(page_of_two: _Page) -> None:
    text = " ".join(page_of_two.texts)
    assert "composed by the weights that <ship>" in text
    assert "written by a neural network that has learned from real songs, and played by a small band" in text
    assert "A second network studied 864 chord progressions for 1 min 52 s on this machine" in text
    whose = "of the network trained here; 5-gram+cache"
    for figure in ("0.4\N{NO-BREAK SPACE}s", "0.34\N{NO-BREAK SPACE}ms", "7.77", whose):
        assert figure in text, figure
    assert "Many." not in text  # the card's data, licence and figures only


def test_alone_the_page_does_not_speak_of_a_second_network(page: _Page) -> None:
    text = " ".join(page.texts)
    assert "then wrote this song" in text
    assert "second network" not in text
    assert "First progression" not in text
    assert "The model card" not in text
    assert not [name for name in page.values("class") if name.startswith(("maker", "by "))]


def test_the_commands_name_a_run_only_where_one_must_be_named(page: _Page, page_of_two: _Page) -> None:
    def generate(of: _Page) -> str:
        return next(text for text in of.texts if "chord_generator.generate" in text)

    assert "--checkpoint checkpoints/chord_generator/<demo> --genre" in generate(page)
    assert "--checkpoint" not in generate(page_of_two)
    assert "python -m studio.demo --reuse --checkpoint checkpoints/chord_generator/<demo>" in page_of_two.texts


def test_curves_are_those_that_both_training_and_validation_have(history: dict[str, list[float]]) -> None:
    assert curve_names(history) == ["loss", "accuracy"]
    assert curve_names({"val_copied": [1.0], "copied": [1.0], "rate": [1.0], "val_loss": [2.0], "loss": [2.0]}) == [
        "loss", "copied",
    ]  # fmt: skip
    other = {name.replace("accuracy", "share_copied"): values for name, values in history.items()}
    drawn = training_section(other, 60.0)
    assert "Share copied" in drawn
    assert '<th scope="col">Validation share copied</th>' in drawn
    assert "Accuracy" not in drawn


def test_a_file_that_was_compared_otherwise_is_left_out_of_the_table() -> None:
    compared = {"cases": 3, "max_difference": 2e-7, "argmax_agreement": 1.0}
    table = export_table({"step.onnx": compared, "int8.onnx": {"argmax_agreement": 0.99}})
    assert "step.onnx" in table
    assert "int8.onnx" not in table


def test_the_best_figure_of_a_column_is_marked_whoever_has_it(metrics: dict[str, Any]) -> None:
    table = control_table(metrics["evaluation"])
    # The model leads in perplexity and accuracy; the 5-gram with cache among the first three.
    assert table.count('class="figure best"') == 3
    assert '<td class="figure best">5.00' in table
    assert '<td class="figure best">80.0 %' in table
    assert strongest_control(metrics["evaluation"]) == "5-gram+cache"


def test_the_verdict_says_who_is_ahead_in_what(metrics: dict[str, Any]) -> None:
    evaluation = metrics["evaluation"]
    assert "ahead of the strongest of them, 5-gram+cache, in" in verdict(evaluation)
    assert verdict(evaluation).endswith("in 2 of 3 figures: perplexity, first guess right.")
    evaluation["overall"] |= {"perplexity": 60.0, "accuracy": 0.0}
    assert "in no figure" in verdict(evaluation)


def test_genres_without_a_control_are_left_out(metrics: dict[str, Any]) -> None:
    evaluation = metrics["evaluation"]
    evaluation["controls"]["5-gram+cache"]["genres"].pop("soul")
    drawn = genre_chart(evaluation, "accuracy")
    assert "jazz" in drawn
    assert "soul" not in drawn
    evaluation["controls"]["5-gram+cache"].pop("genres")
    assert genre_chart(evaluation, "accuracy") == ""


def test_the_best_epoch_is_that_of_the_lowest_validation_loss(history: dict[str, list[float]]) -> None:
    assert best_epoch(history) == 2


def test_the_small_copy_is_mono_at_half_the_rate() -> None:
    stereo = np.stack([np.full(44_100, 0.5), np.full(44_100, 0.1)], axis=1).astype(np.float32)
    copy = small_copy(Sound(stereo, 44_100))
    assert (copy.waveform.shape, copy.sample_rate) == ((22_050,), 22_050)
    assert copy.waveform[5_000:17_000].mean() == pytest.approx(0.3, abs=1e-3)


def test_without_mp3_the_sound_is_a_wav(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "WAV"})
    uri = data_uri(Sound(np.full(2_205, 0.25, np.float32), 22_050))
    waveform, _ = soundfile.read(io.BytesIO(base64.b64decode(uri.removeprefix("data:audio/wav;base64,"))))
    assert len(waveform) == 2_205
    assert waveform.mean() == pytest.approx(0.25, abs=1e-3)
