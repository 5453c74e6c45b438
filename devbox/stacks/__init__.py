"""What a sandbox consists of: the Compose files of `compose/`, read into typed values."""

from devbox.stacks.model import PortPolicy, Service, Stack
from devbox.stacks.reader import STACKS, load, parse

__all__ = ["STACKS", "PortPolicy", "Service", "Stack", "load", "parse"]
