-- Freezes a further revision of a send that stands still.
--
-- KEYS  1 the send  2 the new revision
-- ARGV  1 its number  2 title  3 content hash  4… field, value, … of the revision
-- Returns 1, or 0 when the send is not paused or halted, or the number is not the next one.
--
-- Guarantee: the record names the revision in the step in which its content appears, and never one
-- that is not whole. A step of its own lets every gate follow (gate.lua).

local state, revision = unpack(redis.call('HMGET', KEYS[1], 'state', 'revision'))
if state ~= 'paused' and state ~= 'halted' then return 0 end
if tonumber(revision) + 1 ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'title', ARGV[2], 'contentHash', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'step', 1)
return 1
