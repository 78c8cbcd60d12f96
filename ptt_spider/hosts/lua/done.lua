-- A request is done: what it gave is on a disk. Whoever leased it since may stop caring.
-- KEYS: queue, requests, leases, owners, done; ARGV: fingerprint, ms that keys are kept
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('SADD', KEYS[5], ARGV[1])
return redis.call('PEXPIRE', KEYS[5], ARGV[2])
