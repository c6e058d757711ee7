"""The MIDI nets that ship are whole and small, learnt from givable songs, and are better than their controls."""

from __future__ import annotations

import pytest

from sequence_models.midi_models import run_folder
from sequence_models.midi_models.tasks import file_of
from shared.datasets.openewld import NAME as OPENEWLD
from shared.export.signature import Signature, signature_path
from shared.export.verify import Limits, inspect_model
from shared.files import read_json

NETS = [pytest.param(net, id=file_of(*net)) for net in run_folder.NETS]
GIVABLE = {"pop909", "vgmidi", "groove", OPENEWLD}


@pytest.mark.parametrize("net", NETS)
def test_files_answer_as_the_framework_did(net: run_folder.Net) -> None:
    for int8 in (False, True):
        path = run_folder.onnx_path(run_folder.SHIPPED, net, int8)
        inspection = inspect_model(path, runs=3, limits=Limits(max_mb=1.5))
        assert inspection.problem == ""
        assert inspection.difference is not None
        assert Signature.load(signature_path(path)).name == path.stem
        assert "Licence" in path.with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.parametrize("net", NETS)
def test_they_learnt_from_what_may_be_given_away_and_beat_their_controls(net: run_folder.Net) -> None:
    _, data = run_folder.read_settings(run_folder.SHIPPED, net)
    assert data.permissive_only
    training = read_json(run_folder.training_path(run_folder.SHIPPED, net))
    assert {row["dataset"] for row in training["sources"]} <= GIVABLE
    result = read_json(run_folder.results_path(run_folder.SHIPPED, net))
    assert result["data"] == "real"
    for name, control in result["controls"].items():
        assert result["overall"]["nll"] < control["nll"], name
