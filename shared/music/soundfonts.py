"""SoundFonts for fluidsynth: which are known, which are installed here, which Debian package brings the others."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from shared.errors import InputError

FOLDERS = (Path("/usr/share/sounds/sf2"), Path("/usr/share/soundfonts"))
# Better first. FluidR3 and MuseScore's are large; TimGM6mb comes with pretty_midi as well.
DEFAULT_NAMES = ("FluidR3_GM.sf2", "default.sf2", "TimGM6mb.sf2")


@dataclass(frozen=True, slots=True)
class KnownFont:
    """A General MIDI SoundFont.

    Attributes:
        file: its name.
        package: the Debian package that installs it.
        licence: of its samples.
        cents: how far its instruments are above A440: the median of thirteen, as `shared.audio.tuning` hears them.
    """

    file: str
    package: str
    licence: str
    cents: float = 0.0


# Debian's csound-soundfont is left out: its samples are those of TimGM6mb.
KNOWN_FONTS = (
    KnownFont("FluidR3_GM.sf2", "fluid-soundfont-gm", "MIT"),
    KnownFont("TimGM6mb.sf2", "timgm6mb-soundfont", "GPL-2"),
    KnownFont("MuseScore_General_Full.sf2", "musescore-general-soundfont-lossless", "MIT"),
    KnownFont("OPL-3_FM_128M.sf2", "opl3-soundfont", "GPL-3+", cents=-8.5),
)


def find_soundfont(soundfont: Path | str | None = None) -> Path | None:
    """Return the SoundFont to play: the one given, else the best installed, else None.

    Raises:
        InputError: when the given file is missing or is no SoundFont.
    """
    if soundfont is not None:
        return _checked(Path(soundfont))
    return next((path for name in DEFAULT_NAMES if (path := locate(name)) is not None), None)


def installed_fonts() -> dict[str, Path]:
    """Return the known SoundFonts that are installed, file name -> path, in the order of `KNOWN_FONTS`."""
    found = {font.file: locate(font.file) for font in KNOWN_FONTS}
    return {name: path for name, path in found.items() if path is not None}


def missing_packages() -> list[str]:
    """Return the Debian packages of the known SoundFonts that are not installed."""
    return [font.package for font in KNOWN_FONTS if locate(font.file) is None]


def tuning_cents(name: str) -> float:
    """Return how far a SoundFont is above A440, by its file name; 0 for one that is not known."""
    return next((font.cents for font in KNOWN_FONTS if font.file == name), 0.0)


def locate(name: str) -> Path | None:
    """Return the path of an installed SoundFont by its file name."""
    # Found without importing: the package takes a second to load.
    package = importlib.util.find_spec("pretty_midi")
    carried = [Path(folder) for folder in (package.submodule_search_locations if package else None) or ()]
    return next((path for folder in (*FOLDERS, *carried) if (path := folder / name).is_file()), None)


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"no such SoundFont: {path}; give an .sf2 file or leave it out")
    with path.open("rb") as stream:
        head = stream.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise InputError(f"{path} is not a SoundFont; give an .sf2 file or leave it out")
    return path
