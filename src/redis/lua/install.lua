-- Opens the installation record: who this Redis belongs to.
--
-- KEYS  1 installation
-- ARGV  1 schema version  2 fingerprint of the id key  3 instance id for a new installation
-- Returns {schema version, fingerprint, instance id} as they now stand, and the id of the backup of
--         a restore that has not ended
--
-- Guarantee: what was there first stays; two processes that open an empty Redis agree.

redis.call('HSETNX', KEYS[1], 'schema', ARGV[1])
redis.call('HSETNX', KEYS[1], 'idKey', ARGV[2])
redis.call('HSETNX', KEYS[1], 'instance', ARGV[3])
return redis.call('HMGET', KEYS[1], 'schema', 'idKey', 'instance', 'restoring')
