"""One message of a conversation at a time: in one process, or in many that share Redis. Rasa calls this a lock store.

In endpoints.yml: `lock_store: {type: bot.locks.RedisLockStore, url: redis.internal}` (docs/operating.md).
"""

from bot.locks.errors import LockBusy, LockSettingsError
from bot.locks.local import LocalLockStore
from bot.locks.redis_store import RedisLockStore

__all__ = ["LocalLockStore", "LockBusy", "LockSettingsError", "RedisLockStore"]
