-- A sign of life: renews a host's place in the round, its lead and its leases.
-- KEYS: hosts, lead, leases, owners, then every other key of the round; ARGV: host, lease ms, ms that keys are kept
-- Returns 1 where the host leads.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '+inf')) do
  if redis.call('HGET', KEYS[4], id) == ARGV[1] then redis.call('ZADD', KEYS[3], now + ARGV[2], id) end
end
for i, key in ipairs(KEYS) do
  if i ~= 2 then redis.call('PEXPIRE', key, ARGV[3]) end
end
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[2], ARGV[2])
