"""What Redis does in one go. Every holder and waiter has a token `process/number`; a process listens on a channel of its own.

Keys: 1 the lock (the holder's token, with a lease), 2 the queue of waiting tokens, 3 the last fence given out.
"""

from __future__ import annotations

#: Lets whoever waits longest have the lock. A waiter whose process listens no more is dead and is passed over; one that is told
#: has a short time to come for it.
_HAND_OVER = """
local function hand_over(me, claim, channels)
  while true do
    local head = redis.call('LPOP', KEYS[2])
    if not head or head == me then return true end
    if redis.call('PUBLISH', channels .. string.match(head, '^[^/]*'), head) > 0 then
      redis.call('SET', KEYS[1], head, 'PX', claim)
      return false
    end
  end
end
"""

#: Arguments: token, lease and claim in milliseconds, prefix of the channels. Returns the fence; 0: wait.
TAKE = (
    _HAND_OVER
    + """
local me, lease = ARGV[1], ARGV[2]
local holder = redis.call('GET', KEYS[1])
if holder == me or (not holder and hand_over(me, ARGV[3], ARGV[4])) then
  redis.call('SET', KEYS[1], me, 'PX', lease)
  local time = redis.call('TIME')
  local fence = math.max((tonumber(redis.call('GET', KEYS[3])) or 0) + 1, time[1] * 1000000 + time[2])
  fence = string.format('%.0f', fence)
  redis.call('SET', KEYS[3], fence)
  return fence
end
if not redis.call('LPOS', KEYS[2], me) then redis.call('RPUSH', KEYS[2], me) end
redis.call('PEXPIRE', KEYS[2], 120000)
return '0'
"""
)

#: Arguments: token, claim, prefix of the channels. Gives the lock on, or leaves the queue.
RELEASE = (
    _HAND_OVER
    + """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  if hand_over('', ARGV[2], ARGV[3]) then redis.call('DEL', KEYS[1]) end
  return 1
end
redis.call('LREM', KEYS[2], 0, ARGV[1])
return 0
"""
)

#: Arguments: token, lease. Returns whether the lock is still this token's.
RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
return 0
"""
