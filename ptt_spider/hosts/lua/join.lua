-- Joins the round that is under way, or begins one: there is none, or nobody is left in it.
-- KEYS: round, prefix of all keys of rounds; ARGV: host, lease ms, new id, its job, names of a round's keys
-- Returns {id, job}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id = redis.call('HGET', KEYS[1], 'id')
if id then
  redis.call('ZREMRANGEBYSCORE', KEYS[2] .. id .. ':hosts', '-inf', now)
  if redis.call('ZCARD', KEYS[2] .. id .. ':hosts') == 0 then
    for i = 5, #ARGV do redis.call('DEL', KEYS[2] .. id .. ':' .. ARGV[i]) end
    id = nil
  end
end
if not id then
  id = ARGV[3]
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'id', id, 'job', ARGV[4])
end
redis.call('ZADD', KEYS[2] .. id .. ':hosts', now + ARGV[2], ARGV[1])
return {id, redis.call('HGET', KEYS[1], 'job')}
