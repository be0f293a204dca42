-- Included by scripts that must know whether this is still the server that was spoken to before.

-- Returns the server's life as a text, another one after each restart and each fail-over, and when
-- that life began by its clock (epoch ms; nil for a replica that was promoted, which does not say).
local function incarnation(now)
  local info = redis.call('INFO', 'server', 'replication')
  local function field(name) return string.match(info, name .. ':(%w+)') or '' end
  local promoted = string.find(field('master_replid2'), '[^0]') ~= nil
  local began = not promoted and now - 1000 * tonumber(field('uptime_in_seconds')) or nil
  return field('run_id') .. '-' .. field('master_replid'), began
end

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
