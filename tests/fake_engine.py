"""The fake engine's front door; the parts are in `tests/fake`."""

from tests.fake.engine import FakeEngine
from tests.fake.state import FakeContainer, FakeImage, LogEntry, Service
from tests.fake.tree import Node, Tree

__all__ = ["FakeContainer", "FakeEngine", "FakeImage", "LogEntry", "Node", "Service", "Tree"]
