"""Runs a prediction graph as a plain loop over its nodes.

Rasa builds a dask graph for every message and has dask's scheduler run it in order, in the same thread. The order never
changes, so it is worked out once.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

_Step = tuple[str, GraphNode, tuple[str, ...]]


class DirectGraphRunner(DaskGraphRunner):
    """Instantiates nodes as Rasa's runner does; runs them one after the other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[tuple[str, ...], tuple[_Step, ...]] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what the targets need.

        Args:
            inputs: values by placeholder name.
            targets: nodes wanted; the schema's own where not given.

        Returns:
            Each target's output.

        Raises:
            GraphRunError: if an input has the name of a node.
            rasa.engine.exceptions.GraphComponentException: if a node fails, as with Rasa's runner.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted)
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in done:
            if name in self._instantiated_nodes:
                raise GraphRunError(f"input '{name}' has the name of a node; give it another")
        for name, node, needs in plan:
            done[name] = node(*(done.get(need, need) for need in needs))
        return dict(done[target] for target in wanted)

    def _plan(self, targets: tuple[str, ...]) -> tuple[_Step, ...]:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        order = TopologicalSorter({name: node.needs.values() for name, node in nodes.items()}).static_order()
        return tuple((name, self._instantiated_nodes[name], tuple(nodes[name].needs.values())) for name in order if name in nodes)
