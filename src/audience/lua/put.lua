-- Adds or updates subscribers of one shard.
--
-- KEYS  1 mailable  2 unmailable  3 suppressed  4 counts  5… the subscriber of each row
-- ARGV  1 now (epoch s)  2 consent  then four for each row: tail, address, name, attributes
--       ("=" before a name or attributes that are given; empty: leave as they are)
-- Returns a letter for each row: i(mported), u(pdated), = (unchanged), s(uppressed).
--
-- Guarantee: nobody who left, was erased or is suppressed is changed or brought back. Who asked to
-- join and has not confirmed is added: whoever adds them answers for it. The sets and the counts say
-- what the subscribers say.

local letters = {}

local function add(key, tail, address, name, attributes, status)
  if status == 'p' then
    redis.call('HINCRBY', KEYS[4], 'unconfirmed', -1)
    redis.call('SREM', KEYS[2], tail)
    redis.call('HDEL', key, 'w')
  end
  redis.call('HSET', key, 'a', address, 'n', name, 's', 'a', 't', ARGV[1], 'c', ARGV[2])
  if attributes ~= '' then redis.call('HSET', key, 'x', attributes) end
  redis.call('SADD', KEYS[1], tail)
  redis.call('HINCRBY', KEYS[4], 'active', 1)
  return 'i'
end

local function update(key, name, attributes)
  local old_name, old_attributes = unpack(redis.call('HMGET', key, 'n', 'x'))
  local changed = '='
  if name and name ~= old_name then
    redis.call('HSET', key, 'n', name)
    changed = 'u'
  end
  if attributes and attributes ~= (old_attributes or '') then
    if attributes == '' then redis.call('HDEL', key, 'x')
    else redis.call('HSET', key, 'x', attributes) end
    changed = 'u'
  end
  return changed
end

local function given(value)
  if value == '' then return nil end
  return string.sub(value, 2)
end

for row = 1, #KEYS - 4 do
  local key, at = KEYS[row + 4], 3 + (row - 1) * 4
  local tail, name, attributes = ARGV[at], given(ARGV[at + 2]), given(ARGV[at + 3])
  local status = redis.call('HGET', key, 's')
  -- Whoever moved away is on the list under another address.
  if status == 'm' then status = 'u' end
  if status == 'u' or redis.call('HEXISTS', KEYS[3], tail) == 1 then
    letters[row] = 's'
  elseif status and status ~= 'p' then
    letters[row] = update(key, name, attributes)
  else
    local known = status and redis.call('HGET', key, 'n')
    letters[row] = add(key, tail, ARGV[at + 1], name or known or '', attributes or '', status)
  end
end
return table.concat(letters)
