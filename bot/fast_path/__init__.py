"""Rasa without its overhead, in one place. docs/operating.md describes each piece and how to switch it off.

Import `prepare` before anything of Rasa; everything else may be imported after it.
"""

from __future__ import annotations

from bot.fast_path.pieces import FastPathError, Piece, read

__all__ = ["FastPathError", "Piece", "prepare", "read"]


def prepare(pieces: frozenset[Piece] | None = None) -> frozenset[Piece]:
    """Do what has to be done before Rasa is imported.

    Args:
        pieces: what is on; read from the environment where not given.

    Returns:
        The pieces.

    Raises:
        FastPathError: for a setting that cannot be used.
    """
    wanted = read() if pieces is None else pieces
    if Piece.DEFERRED_IMPORTS in wanted:
        from bot.fast_path.deferred_imports import defer

        defer()
    return wanted
