-- Names the next job of a batch whose last one is gone.
--
-- KEYS  1 meta
-- ARGV  1 batch (its first position)  2 serial of the job that was found missing
-- Returns the new serial, or 0 when somebody else was first.
--
-- Guarantee: of several sweeps that miss the same job one gets to replace it; open.lua turns away
-- every job with an older serial.

local field = 'j' .. ARGV[1]
local serial = redis.call('HGET', KEYS[1], field) or '1'
if serial ~= ARGV[2] then return 0 end
return redis.call('HINCRBY', KEYS[1], field, redis.call('HEXISTS', KEYS[1], field) == 1 and 1 or 2)
