-- Freezes a further revision of a send that stands still, or the only one of a scheduled send anew.
--
-- KEYS  1 the send  2 the revision
-- ARGV  1 its number  2 title  3 content hash  4 1 when it has an edition of the
--       highlights, else empty  5… field, value, … of the revision
-- Returns 1, or 0 when the send is not paused, halted or scheduled, or the number is not the next one
-- (scheduled: the newest).
--
-- Guarantee: the record names the revision in the step in which its content appears, and never one
-- that is not whole. A step of its own lets every gate follow (gate.lua).

local state, revision = unpack(redis.call('HMGET', KEYS[1], 'state', 'revision'))
local scheduled = state == 'scheduled'
if state ~= 'paused' and state ~= 'halted' and not scheduled then return 0 end
-- Nobody has what a scheduled send froze: it is replaced.
if tonumber(revision) + (scheduled and 0 or 1) ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 5))
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'title', ARGV[2], 'contentHash', ARGV[3],
  'highlights', ARGV[4])
-- The step of a scheduled send is its appointment, which stays.
if not scheduled then redis.call('HINCRBY', KEYS[1], 'step', 1) end
return 1
