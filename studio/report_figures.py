"""The parts of the page that measure: training curves, the model beside its controls, genre by genre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.bars import cell_bar, grouped_bars
from studio.charts import Curve, LineChart, line_chart
from studio.markup import Markup, element
from studio.stages import duration

# Metric of an evaluation -> its column: heading, whether it is a share of one, whether less is better.
_COLUMNS = {
    "perplexity": ("Perplexity, less is better", False, True),
    "accuracy": ("First guess right", True, False),
    "top3_accuracy": ("Among first three", True, False),
}
# What a curve of the training measures, with its unit; others are called by their name.
_AXES = {"loss": "loss, nats per chord", "accuracy": "next chord right"}
_VALIDATION = "val_"


def best_epoch(history: Mapping[str, Sequence[float]]) -> int:
    """Return the epoch of the lowest validation loss, whose weights are kept; the first epoch is 1."""
    losses = history["val_loss"]
    return losses.index(min(losses)) + 1


def curve_names(history: Mapping[str, Sequence[float]]) -> list[str]:
    """Return what was measured on both the training and the validation songs, the loss first."""
    paired = [name for name in history if f"{_VALIDATION}{name}" in history]
    return sorted(paired, key=lambda name: (name != "loss", name != "accuracy"))


def training_section(history: Mapping[str, Sequence[float]], seconds: float) -> Markup:
    """Return the two foremost curves of training and validation, and every figure as a table for those who want it."""
    epochs = range(1, len(history["val_loss"]) + 1)
    charts = []
    for metric in curve_names(history)[:2]:
        title = metric.replace("_", " ").capitalize()
        curves = [Curve("training", history[metric]), Curve("validation", history[_VALIDATION + metric])]
        is_share = metric.endswith("accuracy")
        label = _AXES.get(metric, title.lower())
        charts.append(line_chart(LineChart(title, label, epochs, curves, is_share, best_epoch(history))))
    text = (
        f"The network trained here: {len(epochs)} epochs in {duration(seconds)}, export and verification included."
        f" The weights of epoch {best_epoch(history)}, with the lowest validation loss, were kept."
    )
    return element(
        "section", element("h2", "How it learned"), element("p", text), element("div", *charts, class_="pair"),
        element("details", element("summary", "Every epoch as figures"), _history_table(history)), id="training",
    )  # fmt: skip


def _history_table(history: Mapping[str, Sequence[float]]) -> Markup:
    """Return the history, an epoch per row."""
    names = [name for metric in curve_names(history) for name in (metric, _VALIDATION + metric)]
    titles = [name.replace(_VALIDATION, "validation ").replace("_", " ").capitalize() for name in names]
    head = element("tr", *(element("th", title, scope="col") for title in ("Epoch", *titles)))
    rows = zip(*(history[name] for name in names), strict=True)
    body = (
        element("tr", element("th", epoch, scope="row"), *(element("td", f"{value:.4g}") for value in row))
        for epoch, row in enumerate(rows, start=1)
    )
    return _table(head, list(body))


def evaluation_section(evaluation: Mapping[str, Any], parity: Mapping[str, Any]) -> Markup:
    """Return the model beside its controls, overall and per genre, what it writes, and whether the export is true."""
    text = (
        "Each chord of the test songs is predicted from those before it. A sceptic’s first idea is to count:"
        " so beside the network trained here stand n-gram models, fitted to the same training songs and scored in"
        " the same run."
    )
    head = element("h2", "Is it any good?") + element("p", text) + element("p", verdict(evaluation))
    charts = [chart for metric in ("accuracy", "top3_accuracy") if (chart := genre_chart(evaluation, metric))]
    pair = element("div", *charts, class_="pair versus") if charts else ""
    tables = samples_table(evaluation.get("samples", {})) + export_table(parity)
    return element("section", head, control_table(evaluation), pair, tables, id="evaluation")


def control_table(evaluation: Mapping[str, Any]) -> Markup:
    """Return model and controls as rows, metrics as columns, the best figure of a column in bold."""
    rows = {"chord generator": evaluation["overall"]}
    rows |= {name: control["overall"] for name, control in reversed(evaluation["controls"].items())}
    heads = [element("th", "Model", scope="col")]
    heads += [element("th", title, scope="col") for title, _, _ in _COLUMNS.values()]
    body = [
        element("tr", element("th", name, scope="row"), *_cells(scores, list(rows.values())),
                class_="ours" if scores is evaluation["overall"] else None)
        for name, scores in rows.items()
    ]  # fmt: skip
    return _table(element("tr", *heads), body, f"Test split, {evaluation['overall']['n']} chords")


def _cells(scores: Mapping[str, float], rivals: Sequence[Mapping[str, float]]) -> list[Markup]:
    """Return the figures of one row, each with a bar relative to the largest of its column."""
    cells = []
    for metric, (_, is_share, less_is_better) in _COLUMNS.items():
        column = [rival[metric] for rival in rivals]
        best = scores[metric] == (min(column) if less_is_better else max(column))
        text = _figure(scores[metric], True) if is_share else f"{scores[metric]:.2f}"
        cells.append(cell_bar(text, scores[metric], 1.0 if is_share else max(column), best=best))
    return cells


def strongest_control(evaluation: Mapping[str, Any]) -> str:
    """Return the name of the control with the lowest perplexity."""
    controls: Mapping[str, Any] = evaluation["controls"]
    return min(controls, key=lambda name: controls[name]["overall"]["perplexity"])


def verdict(evaluation: Mapping[str, Any]) -> str:
    """Return in one sentence which figures of the network are better than those of the strongest control."""
    name = strongest_control(evaluation)
    ours, theirs = evaluation["overall"], evaluation["controls"][name]["overall"]
    ahead = [
        title.partition(",")[0].lower()
        for metric, (title, _, less_is_better) in _COLUMNS.items()
        if (ours[metric] < theirs[metric] if less_is_better else ours[metric] > theirs[metric])
    ]
    rival = f"the strongest of them, {name}"
    if not ahead:
        return f"In this run the network is ahead of {rival}, in no figure: it would need more songs or more time."
    return (
        f"In this run the network is ahead of {rival}, in {len(ahead)} of {len(_COLUMNS)} figures: {', '.join(ahead)}."
    )


def genre_chart(evaluation: Mapping[str, Any], metric: str) -> Markup:
    """Return bars per genre, model beside the strongest control; nothing where genres were not scored."""
    name = strongest_control(evaluation)
    ours, theirs = evaluation.get("genres", {}), evaluation["controls"][name].get("genres", {})
    rows = {genre: (ours[genre][metric], theirs[genre][metric]) for genre in ours if genre in theirs}
    if not rows:
        return Markup()
    return grouped_bars(_COLUMNS[metric][0], ("chord generator", name), rows)


def samples_table(samples: Mapping[str, Any]) -> Markup:
    """Return what generated progressions are like, beside the test songs; nothing where none were generated."""
    distance = samples.get("frechet", {})
    rows = (
        ("Chords in key", samples.get("key_adherence"), samples.get("key_adherence_songs"), True),
        ("Copied whole from a training song", samples.get("copied"), None, True),
        ("Fréchet distance of chord transitions to the songs", distance.get("generated_real"),
         distance.get("real_real"), False),
    )  # fmt: skip
    body = [
        element("tr", element("th", name, scope="row"), *(element("td", _figure(value, is_share)) for value in pair))
        for name, *pair, is_share in rows
        if pair[0] is not None
    ]
    if not body:
        return Markup()
    heads = ("What it writes", f"{samples['count']} progressions", "the songs themselves")
    return _table(element("tr", *(element("th", head, scope="col") for head in heads)), body)


def _figure(value: float | None, is_share: bool) -> str:
    """Return a figure as it is read; a dash where there is nothing to compare."""
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if is_share else f"{value:.3g}"


def export_table(parity: Mapping[str, Mapping[str, float]]) -> Markup:
    """Return how closely ONNX Runtime repeats Keras, file by file; nothing where it was not recorded."""
    if not parity:
        return Markup()
    heads = ("Exported file", "Comparisons", "Largest difference", "Same first choice")
    body = [
        element(
            "tr", element("th", name, scope="row"), element("td", f"{found['cases']:.0f}"),
            element("td", f"{found['max_difference']:.1e}"), element("td", _figure(found["argmax_agreement"], True)),
        )
        for name, found in parity.items()
        if found.keys() >= {"cases", "max_difference", "argmax_agreement"}
    ]  # fmt: skip
    return _table(element("tr", *(element("th", head, scope="col") for head in heads)), body)


def _table(head: Markup, body: Sequence[Markup], caption: str = "") -> Markup:
    """Return a table in a box that scrolls where the page is narrow."""
    title = element("caption", caption) if caption else Markup()
    return element("div", element("table", title, element("thead", head), element("tbody", *body)), class_="table")
