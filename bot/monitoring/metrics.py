"""What is counted, and where. No label tells who somebody is or what was said.

Every worker is a process of its own with counters of its own; Prometheus scrapes each and adds them up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0)

REPLIES = Counter("lms_replies", "Replies told, by channel and kind", ["channel", "kind"], registry=REGISTRY)
REPLY_SECONDS = Histogram(
    "lms_reply_seconds", "From a message to its replies, by the kind of the first", ["channel", "kind"], registry=REGISTRY, buckets=_SECONDS
)
SAFETY = Counter("lms_safety_replies", "Replies that lead with 988 or 911", ["channel", "entry"], registry=REGISTRY)
LAST_RESORT = Counter("lms_last_resort", "Messages that only got the line, by why", ["channel", "why"], registry=REGISTRY)
REFUSED = Counter("lms_refused", "Requests of the website that were refused, by code", ["code"], registry=REGISTRY)
LOCK_WAIT = Histogram("lms_lock_wait_seconds", "Waiting for earlier messages of a conversation", registry=REGISTRY, buckets=_SECONDS)
LOCK_BUSY = Counter("lms_lock_busy", "Messages that waited too long or behind too many", registry=REGISTRY)
REDIS_GONE = Counter("lms_redis_out_of_reach", "Times that Redis did not answer", registry=REGISTRY)
UNKEPT = Counter("lms_conversations_unavailable", "Times that the database of conversations did not answer", registry=REGISTRY)
TURNS_REFUSED = Counter("lms_turns_refused", "Turns that the database of conversations does not take", ["kept"], registry=REGISTRY)
IN_WORK = Gauge("lms_messages_in_work", "Messages that are being answered", registry=REGISTRY)
CHECK = Gauge("lms_check", "Whether a part answered when it was last asked", ["part"], registry=REGISTRY)
MODEL = Gauge("lms_model_info", "The model that answers", ["model"], registry=REGISTRY)
EVENTS_WAITING = Gauge("lms_events_waiting", "Events that wait to be passed on to RabbitMQ", registry=REGISTRY)
EVENTS_OLDEST = Gauge("lms_events_oldest_seconds", "Since when the oldest of them waits", registry=REGISTRY)
EVENTS_SENT = Counter("lms_events_sent", "Events that RabbitMQ has confirmed", registry=REGISTRY)
EVENTS_LOST = Counter("lms_events_lost", "Events that were given up because nobody passed them on in time", registry=REGISTRY)
EVENTS_STORED = Counter("lms_events_stored", "Messages that the consumer has settled, by outcome", ["outcome"], registry=REGISTRY)
EVENTS_QUEUED = Gauge("lms_events_queued", "Messages in RabbitMQ: those to come, and the dead letters", ["queue"], registry=REGISTRY)
RABBITMQ_GONE = Counter("lms_rabbitmq_out_of_reach", "Times that RabbitMQ did not answer or refused", registry=REGISTRY)
ProcessCollector(registry=REGISTRY)


class PoolCollector(Collector):
    """Connections of each database pool.

    Args:
        engines: those there are, by name.
    """

    def __init__(self, engines: Callable[[], Mapping[str, Engine]]) -> None:
        self._engines = engines

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """In use, and at most."""
        used = GaugeMetricFamily("lms_pool_connections_in_use", "Database connections in use", labels=["pool"])
        most = GaugeMetricFamily("lms_pool_connections_most", "Database connections there may be", labels=["pool"])
        for name, engine in self._engines().items():
            if isinstance(engine.pool, QueuePool):
                used.add_metric([name], engine.pool.checkedout())
                most.add_metric([name], engine.pool.size() + engine.pool._max_overflow)
        return [used, most]


def count_replies(channel: str, replies: Sequence[Mapping[str, Any]], seconds: float, why: str | None) -> None:
    """Count what a message was answered with.

    Args:
        channel: where it came from.
        replies: Rasa's messages.
        seconds: that it took.
        why: the line was given and nothing else, if so: `busy`, `slow`, `failed` or `silent`.
    """
    customs = [reply["custom"] for reply in replies if "custom" in reply]
    kinds = [str(custom.get("kind")) for custom in customs] or ["none"]
    for kind in kinds:
        REPLIES.labels(channel, kind).inc()
    REPLY_SECONDS.labels(channel, "busy" if why == "busy" else kinds[0]).observe(seconds)
    if why is not None:
        LAST_RESORT.labels(channel, why).inc()
    for custom in customs:
        if custom.get("kind") == "safety":
            SAFETY.labels(channel, str(custom.get("entry") or "rules")).inc()
