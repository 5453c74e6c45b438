"""Lines of logs, each service in a colour of its own."""

from __future__ import annotations

from devbox.ui.style import SERVICES, Style, clean


class Painter:
    """Gives services their colours in the order in which they first speak."""

    def __init__(self, style: Style, named: bool) -> None:
        self._style = style
        self._named = named
        self._colours: dict[str, str] = {}

    def line(self, service: str, text: str, terminal: bool) -> str:
        """A line as it is printed; on a terminal without control characters, else as the service wrote it."""
        shown = clean(text) if terminal else text
        if not self._named:
            return f"{shown}\n"
        colour = self._colours.setdefault(service, SERVICES[len(self._colours) % len(SERVICES)])
        return f"{self._style.paint(f'{service} |', colour)} {shown}\n"
