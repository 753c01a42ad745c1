/** Measures memory: of many concurrent streams, and over many calls. */
import { telemetry, useContext } from './otel.mjs';
import { instrument, once } from './stage.mjs';
import { CALLS, STREAMS } from './vendors.mjs';

const CHUNKS = 60;

export async function memory({ quick }) {
  useContext();
  const streams = quick ? 200 : 10_000;
  const bare = await concurrent(STREAMS.chat.vendor.copy(), streams);
  let ended = 0;
  const providers = telemetry(() => ended++);
  const instrumentation = instrument(STREAMS.chat.vendor, providers);
  const sdk = STREAMS.chat.vendor.copy();
  const ours = await concurrent(sdk, streams);
  const over = (name) => (ours[name] - bare[name]) / streams;
  const row = {
    streams,
    ended,
    // Bytes of each stream, over those with the bare SDK.
    quarter: (ours.quarter - bare.quarter) / (streams / 4),
    half: (ours.half - bare.half) / (streams / 2),
    opened: over('opened'),
    tenChunks: over('tenChunks'),
    fiftyChunks: over('fiftyChunks'),
    afterwards: over('afterwards'),
    calls: await many(sdk, quick ? 2000 : 1_000_000),
  };
  instrumentation.disable();
  return row;
}

/** The bytes in use after a garbage collection. */
async function inUse() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}

/** Opens `count` streams, reads them concurrently, chunk by chunk, and returns the memory in use. */
async function concurrent(sdk, count) {
  const scene = STREAMS.chat;
  const { vendor, call, fetch } = scene;
  const client = vendor.client(sdk, fetch(CHUNKS));
  await once(scene, client, true);
  const before = await inUse();
  const readers = [];
  const seen = {};
  const open = async (until) => {
    while (readers.length < until) readers.push((await call(client))[Symbol.asyncIterator]());
    return (await inUse()) - before;
  };
  const read = async (chunks) => {
    for (let i = 0; i < chunks; i++) await Promise.all(readers.map((reader) => reader.next()));
    return (await inUse()) - before;
  };
  await open(1);
  seen.quarter = await open(count / 4);
  seen.half = await open(count / 2);
  seen.opened = await open(count);
  seen.tenChunks = await read(10);
  seen.fiftyChunks = await read(40);
  await read(CHUNKS);
  readers.length = 0;
  seen.afterwards = (await inUse()) - before;
  return seen;
}

/** The heap after a tenth of the calls, and its growth during the others, in bytes. */
async function many(sdk, count) {
  const scene = CALLS['chat-alone'];
  const client = scene.vendor.client(sdk, scene.fetch);
  await scene.prepare(client, scene);
  const run = async (calls) => {
    for (let i = 0; i < calls; i++) await once(scene, client, false);
    return inUse();
  };
  const early = await run(count / 10);
  const late = await run(count - count / 10);
  return { count, early, growth: late - early };
}
