/**
 * Lua scripts for the decisions that Redis makes. Each runs atomically and uses only Redis' clock. The buckets have
 * the arithmetic of core's `TokenBucket`; a turn that was granted in advance counts as taken when its time comes. All
 * keys of a limit have the same hash tag, so that they are on one node of a cluster.
 *
 * A limit has three keys: a hash with the levels of its buckets (`b1`, …) at the time of the last turn (`at`); a
 * sorted set of its concurrent calls, by the time at which each expires; and a sorted set of its processes, by the
 * time of the last command of each. The keys expire as soon as the limit is in the state of a new one.
 */

import { PARTS } from '@llmtrace/core/internal';

/** How long a concurrent call counts without a command from its process, in ms. */
export const LEASE = 30_000;
/** How long a process counts after its last command, in ms. */
const PROCESS = 120_000;
/** The time after an outage in which all processes come back, in ms: the longest time between two probes. */
const RETURN = 6000;

/** The longest time by which a turn may be granted in advance, in ms: the longest delay of a timer. */
const AHEAD = 2 ** 31 - 1;
/** The largest debt of a bucket, in seconds of its rate, as in core's `TokenBucket`. */
const DEBT = 3600;

/**
 * The start of each script. A script without keys does nothing: that loads it. Lua's `tonumber` also accepts `nan`,
 * `inf` and `0x1p9`, so `finite` refuses an argument that is not finite before the script writes anything, and
 * `within` reads a stored value outside its range (of an earlier version, or of another program) as absent.
 */
const NOTHING = `if #KEYS == 0 then return 0 end
local function within(text, low, high)
  local number = tonumber(text)
  if number and number >= low and number <= high then return number end
end
local function finite(text)
  return within(text, -1e18, 1e18) or error('llmtrace: expected a finite number, got ' .. string.sub(tostring(text), 1, 40))
end`;

/**
 * Reads the limit's state; `save` writes it. `limits.ts` has the order of keys and arguments. If Redis' clock went
 * back since the last write (`seen`), all stored times are moved back by the same amount, so that no call waits
 * longer.
 */
const LOAD = `${NOTHING}
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local process, memory, count, concurrency = ARGV[1], ARGV[2], finite(ARGV[3]), finite(ARGV[4])
local arg = 4
local rates, bursts, levels = {}, {}, {}
for b = 1, count do
  rates[b], bursts[b] = finite(ARGV[arg + 1]), finite(ARGV[arg + 2])
  arg = arg + 2
end
local function exact(number) return string.format('%.17g', number) end
local fields = {'at', 'memory', 'back', 'of', 'processes', 'seen'}
for b = 1, count do fields[6 + b] = 'b' .. b end
local stored = redis.call('HMGET', KEYS[1], unpack(fields))
local at = within(stored[1], 0, now + 2 * ${AHEAD}) or now
local name = stored[2] or memory
local back, of, processes = within(stored[3], -1e15, 1e15) or 0, within(stored[4], 0, 1e9) or 0, within(stored[5], 0, 1e9) or 0
local function owed(b) return bursts[b] + rates[b] * ${DEBT} end
for b = 1, count do levels[b] = within(stored[6 + b], -owed(b) * (1 + 1e-9), 1e18) or bursts[b] end
local step = (within(stored[6], 0, 1e15) or now) - now
if step > 0 then
  at, back = at - step, back - step
  redis.call('HSET', KEYS[1], 'at', exact(at), 'back', exact(back), 'seen', exact(now))
  for key = 2, 3 do
    for _, member in ipairs(redis.call('ZRANGE', KEYS[key], 0, -1)) do
      redis.call('ZINCRBY', KEYS[key], exact(-step), member)
    end
  end
end
local function save()
  local values = {'at', exact(at), 'memory', name, 'back', exact(back), 'of', of, 'processes', processes, 'seen', exact(now)}
  local rest = math.max(at - now, back + ${PROCESS} - now, 0)
  for b = 1, count do
    values[#values + 1] = 'b' .. b
    values[#values + 1] = exact(levels[b])
    rest = math.max(rest, at - now + (bursts[b] - levels[b]) / rates[b] * 1000)
  end
  redis.call('HSET', KEYS[1], unpack(values))
  redis.call('PEXPIRE', KEYS[1], math.ceil(math.min(rest, 1e11)) + 1000)
end
`;

/**
 * After an outage the processes come back one by one, while the others still use their shares of the limit. Until all
 * are back, those that are back have the sum of their shares (`part`), not the whole limit.
 */
const RETURNING = `
if returning and now - back > ${RETURN} then back, of = now, others end
if announcing or processes == 0 or now - back <= ${RETURN} then
  redis.call('ZADD', KEYS[3], exact(now), process)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', exact(now - ${PROCESS}))
  redis.call('PEXPIRE', KEYS[3], ${PROCESS})
  processes = redis.call('ZCARD', KEYS[3])
end
local part = 1
if now - back <= ${RETURN} then
  local returned = redis.call('ZCOUNT', KEYS[3], exact(back), '+inf')
  if returned < of then part = returned / of end
end
local known = processes
if now - back <= ${PROCESS} then known = math.max(processes, of) end
`;

export const TAKE = `${LOAD}
local before, returning, announcing = ARGV[arg + 1], ARGV[arg + 2] == '1', ARGV[arg + 3] == '1'
local others, calls = finite(ARGV[arg + 4]), finite(ARGV[arg + 5])
arg = arg + 5
${RETURNING}
if returning or (before ~= '' and before ~= name) then
  local base = math.max(now, at)
  for b = 1, count do
    levels[b] = math.min(levels[b] + (base - at) / 1000 * rates[b] * part, bursts[b])
    local remembered = ARGV[arg + b] ~= '' and finite(ARGV[arg + b])
    if remembered then levels[b] = math.min(levels[b], remembered + (base - now) / 1000 * rates[b]) end
  end
  at = base
end
arg = arg + count
local running = 0
if concurrency > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', exact(now))
  running = redis.call('ZCARD', KEYS[2])
end
local waits, full = {}, 0
for call = 1, calls do
  local maxWait, lease = finite(ARGV[arg + 1]), ARGV[arg + 2]
  arg = arg + 2
  if concurrency > 0 and running >= concurrency then
    full = 1
    break
  end
  local base = math.max(now, at)
  local wait, filled = 0, {}
  for b = 1, count do
    filled[b] = math.min(levels[b] + (base - at) / 1000 * rates[b] * part, bursts[b])
    local missing = math.min(finite(ARGV[arg + b]), bursts[b]) - filled[b]
    if missing > 1e-9 then wait = math.max(wait, missing / (rates[b] * part) * 1000) end
  end
  local turn = base + wait
  if turn - now > maxWait then
    waits[#waits + 1] = exact(now - turn)
  else
    for b = 1, count do
      levels[b] = math.max(math.min(filled[b] + wait / 1000 * rates[b] * part, bursts[b]) - finite(ARGV[arg + b]), -owed(b))
    end
    at = turn
    if concurrency > 0 then
      redis.call('ZADD', KEYS[2], exact(turn + ${LEASE}), process .. ':' .. lease)
      running = running + 1
    end
    waits[#waits + 1] = exact(turn - now)
  end
  arg = arg + count
  if turn - now > 0 and turn - now <= maxWait then break end
end
if concurrency > 0 then redis.call('PEXPIRE', KEYS[2], ${2 * LEASE}) end
save()
local reply = {full, exact(math.max(at - now, 0)), name, known, exact(now)}
for b = 1, count do reply[#reply + 1] = exact(levels[b]) end
for _, wait in ipairs(waits) do reply[#reply + 1] = wait end
return reply
`;

export const SETTLE = `${LOAD}
local pause, ended, running = finite(ARGV[arg + 1]), finite(ARGV[arg + 2]), finite(ARGV[arg + 3])
arg = arg + 3
local changed = pause > 0
for b = 1, count do changed = finite(ARGV[arg + b]) ~= 0 or changed end
if changed then
  -- A turn that was given out in advance has left no more than the rest of the bucket.
  local spare = at > now and 1 or 0
  local base = math.max(now, at, now + pause)
  for b = 1, count do
    local level = math.max(levels[b] + finite(ARGV[arg + b]), -owed(b))
    if level > levels[b] then level = math.max(levels[b], math.min(level, bursts[b] - spare)) end
    levels[b] = math.min(level + (base - at) / 1000 * rates[b], bursts[b])
  end
  at = base
  save()
end
arg = arg + count
for i = 1, ended do redis.call('ZREM', KEYS[2], process .. ':' .. ARGV[arg + i]) end
arg = arg + ended
for i = 1, running do redis.call('ZADD', KEYS[2], exact(now + ${LEASE}), process .. ':' .. ARGV[arg + i]) end
if running > 0 then redis.call('PEXPIRE', KEYS[2], ${2 * LEASE}) end
return 1
`;

/**
 * A budget has three keys: a hash of the spend; its processes; and, for each process, the expected cost of its open
 * calls. The spend is that of the current window (`window`, `usd`, `tokens`); for a rolling window it is that of each
 * part of the window, by the time at which the part began.
 */
export const SPEND = `${NOTHING}
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local process = ARGV[1]
local function spent(text) return math.max(finite(text), 0) end
local newUsd, newTokens, knownWindow, knownUsd, knownTokens =
  spent(ARGV[2]), spent(ARGV[3]), finite(ARGV[4]), spent(ARGV[5]), spent(ARGV[6])
local pendingUsd, pendingTokens, askedUsd, askedTokens = spent(ARGV[7]), spent(ARGV[8]), spent(ARGV[9]), spent(ARGV[10])
local budgetUsd, budgetTokens, asks = finite(ARGV[11]), finite(ARGV[12]), finite(ARGV[13])
local kind, rule = ARGV[14], {}
for i = 15, #ARGV do rule[#rule + 1] = finite(ARGV[i]) end
local function exact(number) return string.format('%.17g', number) end
local function pair(text)
  local usd, tokens = string.match(text or '', '^(%S+) (%S+)$')
  return within(usd, 0, 1e18) or 0, within(tokens, 0, 1e18) or 0
end
local usd, tokens, window, left = 0, 0, 0, 0
local isEndless = false
if kind == 'rolling' then
  local part = rule[1] / ${PARTS}
  local length = rule[1] + part
  local current = math.floor(now / part) * part
  local oldest = current
  local function add(start, text)
    local partUsd, partTokens = pair(text)
    usd, tokens = usd + partUsd, tokens + partTokens
    if start < oldest then oldest = start end
  end
  local stored = redis.call('HGETALL', KEYS[1])
  for i = 1, #stored, 2 do
    local start = within(stored[i], 0, 1e15)
    if start and start + length > now and start <= now + length then add(start, stored[i + 1])
    else redis.call('HDEL', KEYS[1], stored[i]) end
  end
  local partUsd, partTokens = pair(redis.call('HGET', KEYS[1], exact(current)) or '')
  redis.call('HSET', KEYS[1], exact(current), exact(partUsd + newUsd) .. ' ' .. exact(partTokens + newTokens))
  left = oldest + length - now
  redis.call('PEXPIRE', KEYS[1], math.ceil(length) + 60000)
else
  local finish, following
  if kind == 'fixed' then
    local length, offset = rule[1], rule[2]
    window = math.floor((now + offset) / length) * length - offset
    finish, following = window + length, window + length
  else
    local at = math.min(2, #rule / 2)
    for i = 1, #rule / 2 do if now >= rule[2 * i - 1] and now < rule[2 * i] then at = i end end
    window, finish, following = rule[2 * at - 1], rule[2 * at], rule[2 * at + 1]
    isEndless = #rule == 2
  end
  local stored = redis.call('HMGET', KEYS[1], 'window', 'usd', 'tokens')
  local storedWindow = within(stored[1], 0, 1e16)
  -- The clock has gone back over the window's end: the next window has begun already, and is not begun twice.
  if storedWindow and storedWindow == following then
    if kind == 'fixed' then finish = finish + rule[1] else finish = finish + (finish - window) end
    window = storedWindow
  end
  if storedWindow == window then usd, tokens = within(stored[2], 0, 1e18) or 0, within(stored[3], 0, 1e18) or 0 end
  -- A sum only grows within a window: what a process remembers was spent, even if Redis lost it.
  if knownWindow == window then usd, tokens = math.max(usd, knownUsd), math.max(tokens, knownTokens) end
  left = finish - now
  redis.call('HSET', KEYS[1], 'window', exact(window), 'usd', exact(usd + newUsd), 'tokens', exact(tokens + newTokens))
  if isEndless then redis.call('PERSIST', KEYS[1])
  else redis.call('PEXPIRE', KEYS[1], math.ceil(left) + 60000) end
end
usd, tokens = usd + newUsd, tokens + newTokens
redis.call('ZADD', KEYS[2], exact(now), process)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', exact(now - ${PROCESS}))) do
  redis.call('HDEL', KEYS[3], gone)
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', exact(now - ${PROCESS}))
redis.call('PEXPIRE', KEYS[2], ${PROCESS})
local othersUsd, othersTokens = 0, 0
local reservations = redis.call('HGETALL', KEYS[3])
for i = 1, #reservations, 2 do
  if reservations[i] ~= process then
    local otherUsd, otherTokens = pair(reservations[i + 1])
    othersUsd, othersTokens = othersUsd + otherUsd, othersTokens + otherTokens
  end
end
local isLeft = budgetUsd - usd - othersUsd - pendingUsd > 0 and budgetTokens - tokens - othersTokens - pendingTokens > 0
local granted = 0
if asks == 2 or (asks == 1 and isLeft) then
  granted, pendingUsd, pendingTokens = 1, pendingUsd + askedUsd, pendingTokens + askedTokens
end
if pendingUsd > 0 or pendingTokens > 0 then
  redis.call('HSET', KEYS[3], process, exact(pendingUsd) .. ' ' .. exact(pendingTokens))
else
  redis.call('HDEL', KEYS[3], process)
end
redis.call('PEXPIRE', KEYS[3], ${PROCESS})
return {exact(usd), exact(tokens), exact(window), exact(left), redis.call('ZCARD', KEYS[2]),
  exact(othersUsd), exact(othersTokens), granted}
`;

/**
 * Records that a process is alive, by a write. A write also fails on a read-only replica.
 * @returns the number of processes
 */
export const PING = `
local time = redis.call('TIME')
local now = string.format('%.17g', time[1] * 1000 + time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.17g', now - ${PROCESS}))
redis.call('PEXPIRE', KEYS[1], ${PROCESS})
return redis.call('ZCARD', KEYS[1])
`;
