-- The leader came to the end: all that is left of the round is that it ended, for the others to see.
-- KEYS: round, ended, lead, then every key of the round; ARGV: id, host, ms that the end is told
-- Returns 0 where another leads by now.
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] or redis.call('GET', KEYS[3]) ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
for i, key in ipairs(KEYS) do
  if i ~= 2 then redis.call('DEL', key) end
end
return 1
