"""The lab: a real Docker Engine of its own, a registry as its mirror of Docker Hub, and stand-in images.

`python -m tests.lab up` starts it, `Lab.ensure()` does the same from a test. What is slow to make is cached outside
the checkout, keyed by its recipe; see `places.py` for where. It needs root on a Debian 12 machine.
"""

from tests.lab.lab import Lab

__all__ = ["Lab"]
