-- Queues a request that the duplicate filter does not know, or, ARGV[3], one that got lost.
-- One script: between a fingerprint and its request no kill may fall, or nobody would ever ask.
-- KEYS: queue, requests, leases, seen, done, sequence; ARGV: fingerprint, request, again (0 or 1), ms that keys are kept
-- Returns 1 where it was queued.
local new = redis.call('SADD', KEYS[4], ARGV[1])
if new == 0 then
  if ARGV[3] == '0' or redis.call('SISMEMBER', KEYS[5], ARGV[1]) == 1 then return 0 end
  if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 0 end
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[6]), ARGV[1])
for _, i in ipairs({1, 2, 4, 6}) do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
return 1
