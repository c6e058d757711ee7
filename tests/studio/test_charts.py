"""Charts: where points, ticks and bars lie, against values computed by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.axes import Scale, integer_ticks, tick_step, ticks
from studio.bars import cell_bar, group_height, grouped_bars
from studio.charts import Curve, LineChart, line_chart, points


def _chart(**changes: object) -> LineChart:
    settings = {
        "title": "Loss",
        "y_label": "nats",
        "epochs": [1, 2, 3],
        "curves": [Curve("training", [4.0, 2.0, 1.0]), Curve("validation", [3.0, 2.5, 2.0])],
    }
    return LineChart(**(settings | changes))  # type: ignore[arg-type]


def test_a_scale_is_a_straight_line() -> None:
    scale = Scale(0.0, 10.0, 100.0, 0.0)
    assert [scale(value) for value in (0, 2.5, 10)] == [100.0, 75.0, 0.0]
    assert Scale(1.0, 1.0, 58.0, 446.0)(1.0) == 58.0


def test_ticks_are_round_and_enclose_the_data() -> None:
    assert ticks(1.0, 4.0) == [1.0, 2.0, 3.0, 4.0]
    assert ticks(0.13, 0.61) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert ticks(0.0, 0.0) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert tick_step(1.0, 4) == 0.25


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_ticks_enclose_any_span_without_being_many(low: float, span: float) -> None:
    found = ticks(low, low + span)
    slack = 1e-6 * max(1.0, abs(low) + span)
    assert found[0] <= low + slack
    assert found[-1] >= low + span - slack
    assert 2 <= len(found) <= 8


def test_whole_ticks_hold_both_ends_once() -> None:
    assert integer_ticks(1, 1) == [1]
    assert integer_ticks(1, 5) == [1, 2, 3, 4, 5]
    assert integer_ticks(1, 60) == [1, 10, 20, 30, 40, 50, 60]


def test_points_of_a_curve_lie_where_the_axes_say() -> None:
    chart = _chart()
    # Epochs 1 to 3 span x = 58 to 406; values 1 to 4 span y = 224 (bottom) to 14 (top).
    assert points(chart, chart.curves[0]) == [(58.0, 14.0), (232.0, 154.0), (406.0, 224.0)]


def test_one_epoch_is_drawn_as_a_point_and_not_a_crash() -> None:
    chart = _chart(epochs=[1], curves=[Curve("training", [2.0]), Curve("validation", [2.0])])
    assert points(chart, chart.curves[0]) == [(58.0, 119.0)]
    assert '<circle cx="58" cy="119"' in line_chart(chart)


def test_a_line_chart_names_axes_curves_and_the_best_epoch() -> None:
    drawn = line_chart(_chart(best_epoch=3))
    for text in (">nats<", ">epoch<", ">training<", ">validation<", ">best<"):
        assert text in drawn
    assert "training from 4 to 1, validation from 3 to 2" in drawn
    assert ">best<" not in line_chart(_chart())


def test_shares_are_written_as_per_cent() -> None:
    chart = _chart(percent=True, curves=[Curve("training", [0.2, 0.3, 0.4])])
    assert [chart.value_text(value) for value in chart.y_ticks] == ["20 %", "25 %", "30 %", "35 %", "40 %"]


def test_a_bar_in_a_cell_has_the_share_of_its_maximum() -> None:
    assert "--share:0.2500" in cell_bar("2", 2.0, 8.0)
    assert "--share:1.0000" in cell_bar("9", 9.0, 8.0)
    assert "--share:0.0000" in cell_bar("0", 0.0, 0.0)
    assert 'class="figure best"' in cell_bar("2", 2.0, 8.0, best=True)


def test_grouped_bars_begin_at_zero_and_reach_their_value() -> None:
    drawn = grouped_bars("Accuracy", ("model", "5-gram"), {"jazz": (0.5, 0.25), "soul": (1.0, 0.0)})
    # The axis runs from 0 at x = 74 to 100 % at x = 366: 292 pixels.
    assert '<rect x="74" y="6" width="146" height="12" class="series-0">' in drawn
    assert '<rect x="74" y="19" width="73" height="12" class="series-1">' in drawn
    assert f'<rect x="74" y="{6 + group_height(2):g}" width="292" height="12" class="series-0">' in drawn
    assert "jazz: model 50.0 %, 5-gram 25.0 %" in drawn
