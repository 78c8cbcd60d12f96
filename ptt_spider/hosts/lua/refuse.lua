-- A refusal: the whole site pauses, for all hosts. KEYS: pause, refusals in a row
-- ARGV: ms that the site asked for (-1: it did not say), ms of the first wait of our own, which doubles
-- Returns how many refusals there were in a row.
local row = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], 3600000)
local wait = tonumber(ARGV[1])
if wait < 0 then wait = tonumber(ARGV[2]) * 2 ^ (math.min(row, 10) - 1) end
wait = math.max(math.ceil(wait), 1)
if wait > redis.call('PTTL', KEYS[1]) then redis.call('SET', KEYS[1], '1', 'PX', wait) end
return row
