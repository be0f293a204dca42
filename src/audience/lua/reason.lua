-- Notes why somebody left.
--
-- KEYS  1 subscriber
-- ARGV  1 reason
-- Returns 1 when it is the first reason they give since they left, else 0.
--
-- Guarantee: the first reason stands, and nobody who is on the list or unknown gets one.

if redis.call('HGET', KEYS[1], 's') ~= 'u' then return 0 end
return redis.call('HSETNX', KEYS[1], 'r', ARGV[1])
