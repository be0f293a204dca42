-- Adds or updates subscribers of one shard.
--
-- KEYS  1 mailable  2 unmailable  3 suppressed  4 counts  5… the subscriber of each row
-- ARGV  1 now (epoch s)  2 consent  then five for each row: tail, address, name, attributes, edition
--       ("=" before a name, attributes or an edition that are given, the full one being empty; empty:
--       leave as they are)
-- Returns a letter for each row: i(mported), u(pdated), = (unchanged), s(uppressed).
--
-- Guarantee: nobody who left, was erased or is suppressed is changed or brought back. Who asked to
-- join and has not confirmed is added: whoever adds them answers for it. The sets and the counts say
-- what the subscribers say.

local letters = {}

local function add(key, tail, address, name, attributes, edition, status)
  if status == 'p' then
    redis.call('HINCRBY', KEYS[4], 'unconfirmed', -1)
    redis.call('SREM', KEYS[2], tail)
    redis.call('HDEL', key, 'w')
  end
  redis.call('HSET', key, 'a', address, 'n', name, 's', 'a', 't', ARGV[1], 'c', ARGV[2])
  if attributes ~= '' then redis.call('HSET', key, 'x', attributes) end
  if edition ~= '' then redis.call('HSET', key, 'e', edition) end
  redis.call('SADD', KEYS[1], tail)
  redis.call('HINCRBY', KEYS[4], 'active', 1)
  return 'i'
end

local function update(key, name, attributes, edition)
  local old_name, old_attributes, old_edition = unpack(redis.call('HMGET', key, 'n', 'x', 'e'))
  local changed = '='
  local function put(field, value, old)
    if not value or value == (old or '') then return end
    if value == '' then redis.call('HDEL', key, field)
    else redis.call('HSET', key, field, value) end
    changed = 'u'
  end
  if name and name ~= old_name then
    redis.call('HSET', key, 'n', name)
    changed = 'u'
  end
  put('x', attributes, old_attributes)
  put('e', edition, old_edition)
  return changed
end

local function given(value)
  if value == '' then return nil end
  return string.sub(value, 2)
end

for row = 1, #KEYS - 4 do
  local key, at = KEYS[row + 4], 3 + (row - 1) * 5
  local tail, name = ARGV[at], given(ARGV[at + 2])
  local attributes, edition = given(ARGV[at + 3]), given(ARGV[at + 4])
  local status = redis.call('HGET', key, 's')
  -- Whoever moved away is on the list under another address.
  if status == 'm' then status = 'u' end
  if status == 'u' or redis.call('HEXISTS', KEYS[3], tail) == 1 then
    letters[row] = 's'
  elseif status and status ~= 'p' then
    letters[row] = update(key, name, attributes, edition)
  else
    local known = status and redis.call('HGET', key, 'n')
    letters[row] = add(key, tail, ARGV[at + 1], name or known or '', attributes or '',
      edition or '', status)
  end
end
return table.concat(letters)
