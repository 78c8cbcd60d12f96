-- One token of a site's bucket: leave to send one request, now or not yet.
-- KEYS: next (ms from which the next request may go), busy (whose request is under way), pause, stop
-- ARGV: interval ms, host, lease ms
-- Returns {0} for leave, {ms} to wait at most so long and ask again, {-1, why} where the site wants nobody now.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval = tonumber(ARGV[1])

local stop = redis.call('GET', KEYS[4])
if stop then return {-1, stop} end
local pause = redis.call('PTTL', KEYS[3])
if pause > 0 then return {pause} end
local busy = redis.call('GET', KEYS[2])
if busy and busy ~= ARGV[2] then return {math.min(50, redis.call('PTTL', KEYS[2]))} end

local next = tonumber(redis.call('GET', KEYS[1]) or '')
if not next or next - now > 600000 then
  -- A Redis that lost its data, or whose clock was set back, does not know of the last request: wait for one interval.
  next = now + interval
  redis.call('SET', KEYS[1], next, 'PX', 86400000)
end
if next > now then return {next - now} end

redis.call('SET', KEYS[1], now + interval, 'PX', 86400000)
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return {0}
