-- Included by scripts that write rows: recipients put in order by lane.

-- Returns the tails lane by lane, and "lane first count" of each run, blank between all.
-- `domains` is a JSON object, domain → lane; whoever is in no domain of it goes by `default`. Reads
-- the address of each subscriber (same slot) only when there are lanes to choose from.
local function by_lane(tails, first, default, domains, prefix)
  if #tails == 0 then return tails, '' end
  if domains == '{}' then return tails, table.concat({default, first, #tails}, ' ') end
  local lane_of, members, names = cjson.decode(domains), {}, {}
  for _, tail in ipairs(tails) do
    local address = redis.call('HGET', prefix .. tail, 'a') or ''
    local lane = lane_of[string.lower(string.match(address, '@([^@]*)$') or '')] or default
    if not members[lane] then
      members[lane] = {}
      names[#names + 1] = lane
    end
    table.insert(members[lane], tail)
  end
  local ordered, runs = {}, {}
  for _, lane in ipairs(names) do
    runs[#runs + 1] = table.concat({lane, first + #ordered, #members[lane]}, ' ')
    for _, tail in ipairs(members[lane]) do ordered[#ordered + 1] = tail end
  end
  return ordered, table.concat(runs, ' ')
end
