"""What every test may lean on: the real corpora where they are, quiet frameworks, steady hypothesis."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from shared.stack import is_installed

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
os.environ.setdefault("MPLBACKEND", "Agg")
if "PYTEST_XDIST_WORKER" in os.environ:  # a process per core: with threads besides, they wait for one another
    for library in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(library, "1")

# No deadline: no test asserts an absolute time. Derandomised: a red test is red for everybody.
settings.register_profile(
    "consort", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("consort")

# With one stack alone the other wing's tests are not collected: importing it is an error by design.
collect_ignore = [
    wing
    for wing, package in (("audio_models", "torch"), ("sequence_models", "tensorflow"))
    if not is_installed(package)
]


@pytest.fixture(scope="session")
def consort_data() -> Path:
    """The folder of real corpora that CONSORT_DATA names; tests that need it skip without it."""
    folder = os.environ.get("CONSORT_DATA", "")
    if not folder:
        pytest.skip("CONSORT_DATA is not set: no real corpora here")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"CONSORT_DATA names {folder}, which is no folder")
    return path
