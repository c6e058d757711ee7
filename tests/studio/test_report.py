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
from studio.report_figures import best_epoch, control_table, genre_chart, strongest_control, verdict

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


def test_ids_are_unique_and_every_reference_to_one_resolves(page: _Page) -> None:
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
