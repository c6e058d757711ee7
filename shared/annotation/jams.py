"""Timed chords as JAMS (Humphrey et al., ISMIR 2014): JSON with one annotation of the namespace `chord`.

Written by hand, because the structure is small and its package brings pandas along.
"""

from __future__ import annotations

from typing import Any

from shared.datasets.contract import TimedChords
from shared.music.chords import format_harte, parse
from shared.runs import version

JAMS_VERSION = "0.3.4"


def jams_document(timed: TimedChords, title: str = "", annotator: str = "") -> dict[str, Any]:
    """Return the document; the recording ends with its last chord.

    Args:
        timed: the chords, in either dialect; they are written as Harte labels, which the namespace asks for.
        title: of the recording.
        annotator: who says so, such as the name of a model.
    """
    end = float(timed.intervals_s[-1, 1]) if timed.labels else 0.0
    observations = [
        {"time": start, "duration": stop - start, "value": format_harte(parse(label)), "confidence": None}
        for (start, stop), label in zip(timed.intervals_s.tolist(), timed.labels, strict=True)
    ]
    metadata = {
        "curator": {"name": "", "email": ""}, "annotator": {"name": annotator}, "version": "", "corpus": "",
        "annotation_tools": f"consort {version()}", "annotation_rules": "", "validation": "",
        "data_source": "program",
    }  # fmt: skip
    annotation = {
        "namespace": "chord", "data": observations, "annotation_metadata": metadata, "sandbox": {},
        "time": 0.0, "duration": end,
    }  # fmt: skip
    recording = {
        "title": title, "artist": "", "release": "", "duration": end, "identifiers": {},
        "jams_version": JAMS_VERSION,
    }  # fmt: skip
    return {"annotations": [annotation], "file_metadata": recording, "sandbox": {}}
