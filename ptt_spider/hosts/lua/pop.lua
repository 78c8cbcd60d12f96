-- Leases the oldest request to a host. What a dead host had leased comes first.
-- KEYS: queue, requests, leases, owners; ARGV: host, lease ms
-- Returns {fingerprint, request}, or nothing.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
  redis.call('ZADD', KEYS[1], 0, id)
end
while true do
  local first = redis.call('ZPOPMIN', KEYS[1])
  if not first[1] then return {} end
  local request = redis.call('HGET', KEYS[2], first[1])
  if request then
    redis.call('ZADD', KEYS[3], now + ARGV[2], first[1])
    redis.call('HSET', KEYS[4], first[1], ARGV[1])
    return {first[1], request}
  end
end
