-- Asks which life of the server a shard is in, and how long batches must not be opened in it.
--
-- KEYS  1 the shard's record of its server
-- ARGV  1 how long workers are given to say what the server forgot (ms)
-- Returns {incarnation, milliseconds until batches may be opened}
--
-- Guarantee: in a life that differs from the last one recorded nobody is told to go ahead before
-- the others had that long, from the first who asked: while it loaded its data nobody could speak.
-- A shard that was never attended has nothing to wait for, nor has one in a server that has been up
-- for ten minutes: a worker that lives has found it by then.
-- @include incarnation

local now = now_ms()
local current, began = incarnation(now)
local known, since = unpack(redis.call('HMGET', KEYS[1], 'incarnation', 'since'))
if known ~= current then
  since = known and not (began and now - began > 600000) and now or 0
  redis.call('HSET', KEYS[1], 'incarnation', current, 'since', string.format('%d', since))
end
return {current, math.max(0, tonumber(since) + tonumber(ARGV[1]) - now)}
