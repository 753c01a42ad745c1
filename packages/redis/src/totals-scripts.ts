/** Lua scripts for the totals of all processes. All keys have one hash tag, so that they are on one node of a cluster. */
import type { UsageTotals } from '@llmtrace/core';

/** The counters of a row, in the order of a script's arguments. A counter's field is its number and the row's name. */
export const COUNTERS = [
  'calls',
  'failed',
  'refused',
  'inputTokens',
  'outputTokens',
  'cost',
  'unpriced',
  'partial',
] as const satisfies readonly (keyof UsageTotals)[];

/**
 * Adds a batch. KEYS: the hashes, then the batch. ARGV: the most rows, how long the batch is kept (ms), the name of the row
 * for what is beyond, how long each hash is kept (ms), and for each row its name and its counters. A counter that cannot
 * grow stays as it is.
 */
export const ADD = `if #KEYS == 0 then return 0 end
if not redis.call('SET', KEYS[#KEYS], '1', 'NX', 'PX', ARGV[2]) then return 0 end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local width = ${COUNTERS.length}
local hashes = #KEYS - 1
for k = 1, hashes do
  local key = KEYS[k]
  redis.call('HSETNX', key, 'since', now)
  local rows = (redis.call('HLEN', key) - 1) / width
  for arg = 4 + hashes, #ARGV, width + 1 do
    local row = ARGV[arg]
    if redis.call('HEXISTS', key, '0 ' .. row) == 0 then
      if rows >= tonumber(ARGV[1]) then row = ARGV[3] else rows = rows + 1 end
    end
    for c = 1, width do redis.pcall('HINCRBY', key, (c - 1) .. ' ' .. row, ARGV[arg + c]) end
  end
  redis.call('PEXPIRE', key, ARGV[3 + k])
end
return 1`;

/** Reads hashes: for each key, its fields and values by turns. */
export const READ = `local found = {}
for k = 1, #KEYS do found[k] = redis.call('HGETALL', KEYS[k]) end
return found`;

/** Forgets all keys. */
export const RESET = `for k = 1, #KEYS do redis.call('DEL', KEYS[k]) end
return 1`;
