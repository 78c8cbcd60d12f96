-- Renews (ARGV[2] ms) or gives up (0) what is ours. KEYS: one key that holds a host's name; ARGV: host, ms
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('DEL', KEYS[1])
