"""`python -m knowledge`."""

from knowledge.cli import run

run()
