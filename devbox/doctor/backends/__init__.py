"""The products that own engines: how each is recognised, asked, started, updated and made anew."""

from devbox.doctor.backends.model import Backend, Rung, State
from devbox.doctor.backends.recognise import TOOLS, Sighting, owner, present, recognise

__all__ = ["TOOLS", "Backend", "Rung", "Sighting", "State", "owner", "present", "recognise"]
