// An application: it makes the calls that its parent sends it, and answers with all that it sees of them. Its arguments
// are the vendor, the format of the SDK, and the profile of llmtrace, or `bare` for an application without llmtrace.
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { hookVendorModules, loadSdk } from '@llmtrace/test-fixtures/sdks';
import { portrait, shapeOf } from '@llmtrace/test-fixtures/snapshot';
import { useAsyncContext } from '@llmtrace/test-fixtures/telemetry';
import { revived } from './odd.mjs';
import { VENDORS } from './vendors.mjs';

/** A play takes no longer, in ms: servers end each answer, and SDKs have a timeout. */
const BOUND = 3000;
/** A portrait that is longer is sent as its hash. */
const MAX_PORTRAIT = 50_000;

const [name, format, profile] = process.argv.slice(2);
const vendor = VENDORS[name];

const noise = [];
process.on('unhandledRejection', (error) => noise.push(['unhandledRejection', portrait(error)]));
process.on('uncaughtException', (error) => noise.push(['uncaughtException', portrait(error)]));
process.on('warning', ({ name, message }) => noise.push(['warning', `${name}: ${message}`]));

useAsyncContext();
const traced = profile === 'bare' ? undefined : await (await import('./traced.mjs')).trace(profile);
if (traced) await hookVendorModules();
const { exports: sdk } = await loadSdk({ set: vendor.set, package: vendor.package, format });

/** Short enough to be sent and compared. */
function short(value) {
  const text = JSON.stringify(value) ?? 'undefined';
  if (text.length <= MAX_PORTRAIT) return value;
  return `${text.length} characters: ${createHash('sha256').update(text).digest('hex')} ${text.slice(0, 300)}`;
}

const portraitOf = (value) => {
  try {
    return short(portrait(value));
  } catch (error) {
    return `no portrait: ${error.message}`;
  }
};

async function use({ use: used, request, take, abort }, url, seen) {
  const at = {
    see: (what, value) => void seen.push([what, portraitOf(value)]),
    seeShape: (what, value) => void seen.push([what, short(shapeOf(value))]),
    take,
    options: abort ? { signal: AbortSignal.abort() } : undefined,
  };
  try {
    await vendor.uses[used].run(vendor.client(sdk, url), revived(request), at);
  } catch (error) {
    at.see('error', error);
  }
}

async function within(ms, promise, seen) {
  const bound = new AbortController();
  const late = delay(ms, undefined, { signal: bound.signal }).then(
    () => void seen.push(['hung', true]),
    () => {},
  );
  await Promise.race([promise, late]);
  bound.abort();
}

async function perform({ play, url }) {
  const seen = [];
  noise.length = 0;
  await traced?.begin(play);
  const delays = monitorEventLoopDelay({ resolution: 2 });
  const cpu = process.cpuUsage();
  delays.enable();
  await within(BOUND, use(play, url, seen), seen);
  // Rejections that nothing handles are reported when the queue of microtasks is empty.
  for (let turns = 0; turns < 3; turns++) await turn();
  const { user, system } = process.cpuUsage(cpu);
  await delay(3); // the delay of a turn is known in the next one
  delays.disable();
  return {
    seen,
    noise: short([...noise]),
    block: delays.max / 1e6,
    cpu: (user + system) / 1000,
    ...(await traced?.end(play)),
  };
}

/** What stays in memory, in bytes. */
async function retained() {
  for (let times = 0; times < 2; times++) {
    await delay(5);
    globalThis.gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

process.on('message', async (message) => {
  process.send(message === 'memory' ? await retained() : await perform(message));
});
process.on('disconnect', () => process.exit(0));
process.send('ready');
