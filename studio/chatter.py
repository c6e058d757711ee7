"""TensorFlow's start-up chatter, which no environment variable silences, kept out of the live display.

Such lines name a C++ source line, as `I0000 00:00:1795.123 port.cc:153] oneDNN ...` (absl's log format); most
come before the framework reads its own log level. The log file of a room keeps them.
"""

from __future__ import annotations

import re

_CHATTER = rb"(?:WARNING: All log messages before absl|[IWE]\d{4} \d\d:\d\d:\d+\.\d+ )"
_LINE = re.compile(_CHATTER + rb"[^\r\n]*\r?\n")
# An unfinished line that is chatter, or may yet turn out to be: it waits for its end.
_BEGUN = re.compile(rb"(?:" + _CHATTER + rb"[^\r\n]*\r?|[WIE][^\r\n]{0,40})\Z")


def without_chatter(text: bytes) -> bytes:
    """Return complete lines without those of chatter."""
    return _LINE.sub(b"", text)


class ChatterFilter:
    """Passes a stream on piece by piece, at once unless a piece ends in what may be chatter."""

    def __init__(self) -> None:
        """Begin with nothing held back."""
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """Take what was read; return what can be shown."""
        text = without_chatter(self._held + chunk)
        begun = _BEGUN.search(text)
        self._held = text[begun.start() :] if begun else b""
        return text[: begun.start()] if begun else text

    def flush(self) -> bytes:
        """Return what was held back when the stream ended."""
        held, self._held = self._held, b""
        return held
