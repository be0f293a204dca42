-- Strikes out what operators were told of a send.
--
-- KEYS  1 the send  2 what operators were not told of it yet
-- ARGV  1… fields to strike out
-- Returns how many were there.
--
-- Guarantee: the send is marked as having something untold for exactly as long as it has.

local struck = redis.call('HDEL', KEYS[2], unpack(ARGV))
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('HDEL', KEYS[1], 'untold') end
return struck
