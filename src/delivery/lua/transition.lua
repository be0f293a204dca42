-- Moves a send from one state to another.
--
-- KEYS  1 the send  2 what operators were not told of it yet
-- ARGV  1 state to enter  2 states it may be entered from, comma between
--       3 the step it must be at, or ""  4 what operators are to be told (JSON), or ""
--       5… field, value, …
-- Returns {1 if moved else 0, the state before or "" when there is no such send, step}.
--
-- Guarantee: of several who move the same send at once, one does; the fields are written with it,
-- and what is to be told, under the new step. Each move has a step of its own, by which gates are
-- kept in order (gate.lua).

local state, step = unpack(redis.call('HMGET', KEYS[1], 'state', 'step'))
if not state then return {0, '', 0} end
local elsewhere = ARGV[3] ~= '' and ARGV[3] ~= step
if elsewhere or not string.find(',' .. ARGV[2] .. ',', ',' .. state .. ',', 1, true) then
  return {0, state, tonumber(step)}
end
redis.call('HSET', KEYS[1], 'state', ARGV[1], unpack(ARGV, 5))
local entered = redis.call('HINCRBY', KEYS[1], 'step', 1)
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], entered, ARGV[4])
  redis.call('HSET', KEYS[1], 'untold', 1)
end
return {1, state, entered}
