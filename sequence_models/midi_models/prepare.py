"""Write training, validation and test samples as JSON, 80/10/10 by song, and the thesaurus beside them.

Examples:
    python -m sequence_models.midi_models.prepare --num-samples 10000
    python -m sequence_models.midi_models.prepare data=real --task groove --output-dir output/grooves
    python -m sequence_models.midi_models.prepare --labels my_labels.json --task melody
    python -m sequence_models.midi_models.train --source output/midi_samples

`--labels` adds the phrases of MIDI files whose emotion somebody has heard to the melody's samples; a field or a file
that cannot be used is named, the others go on, and the exit code says that something was left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sequence_models.midi_models.config import PrepareConfig
from sequence_models.midi_models.data import load_splits, split_path
from sequence_models.midi_models.samples import write_samples
from sequence_models.midi_models.tasks import tasks_of
from shared.cli import EXIT_ERROR, entry_point
from shared.datasets.problems import ProblemLog
from shared.files import copy_file
from shared.music.emotion import THESAURUS_FILE

_THESAURUS = "thesaurus.json"


def prepare(config: PrepareConfig, log: ProblemLog | None = None) -> Path:
    """Write the files and return their folder; what was left out is in the log.

    Raises:
        ConsortError: when the source cannot be read, or leaves a part empty.
    """
    folder, log = Path(config.output_dir), log or ProblemLog()
    for task in tasks_of(config.task):
        splits = load_splits(config.data, task, log)
        for name, samples in splits.parts().items():
            write_samples(split_path(folder, task, name), task, samples)
        counts = ", ".join(f"{len(samples)} {name}" for name, samples in splits.parts().items())
        print(f"{task.name}: {counts} samples ({config.data.source})")
    copy_file(THESAURUS_FILE, folder / _THESAURUS)
    return folder


@entry_point(PrepareConfig)
def main(config: PrepareConfig) -> int:
    """Prepare."""
    log = ProblemLog()
    print(f"wrote {prepare(config, log)}")
    return EXIT_ERROR if log.problems else 0


if __name__ == "__main__":
    sys.exit(main())
