// Plays of a vendor, in an application with llmtrace and in one without: what the two see must be the same.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { MARKER } from './bodies.mjs';
import { startChild } from './children.mjs';
import { playOf } from './generators.mjs';

/** How much longer than without llmtrace the event loop may be blocked, in ms. */
const MAX_BLOCK = 50;
/** Other processes delay a play, and the end of a connection races with what came before: it is played again. */
const ATTEMPTS = 4;
/** How much more than without llmtrace may stay in memory after all plays, in bytes. */
const MAX_RETAINED = 24 * 2 ** 20;
/** After so many plays all code has been loaded and compiled. */
const WARM = 40;

const seenOf = ({ seen, noise, requests, died }) => ({ seen, noise, requests, died });

/** What is different, in few words. */
function difference(bare, traced) {
  for (const field of ['died', 'seen', 'noise', 'requests']) {
    if (isDeepStrictEqual(bare[field], traced[field])) continue;
    return `${field} differs.\n  without: ${excerpt(bare[field], traced[field])}\n  with:    ${excerpt(traced[field], bare[field])}`;
  }
  return undefined;
}

/** The text around the first place where one differs from the other. */
function excerpt(value, other) {
  const [text, against] = [JSON.stringify(value) ?? 'undefined', JSON.stringify(other) ?? 'undefined'];
  let at = 0;
  while (at < text.length && text[at] === against[at]) at += 1;
  return text.slice(Math.max(0, at - 120), at + 240);
}

function faultsOf(bare, traced, profile) {
  const { telemetry = [], stderr = '' } = traced;
  const blocked = traced.block - bare.block;
  const busy = traced.cpu - bare.cpu;
  return [
    ...telemetry,
    ...(profile !== 'content' && stderr.includes(MARKER) && !bare.stderr.includes(MARKER)
      ? ['content on stderr']
      : []),
    ...(blocked > MAX_BLOCK && busy > MAX_BLOCK
      ? [`the event loop was blocked for ${Math.round(blocked)} ms more`]
      : []),
    ...(requestsWithoutSpan(traced) ? ['a request was sent and no call was traced'] : []),
  ];
}

const requestsWithoutSpan = ({ requests, died, calls }) =>
  died === undefined && requests.length > 0 && calls === 0;

/** Plays until both have seen the same and nothing is wrong. @throws where that never is so */
async function play({ bare, traced }, profile, script, attempts = ATTEMPTS) {
  const known = [];
  let wrong;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [without, with_] = await both(bare, traced, script, attempt);
    known.push(seenOf(without));
    const same = known.some((seen) => isDeepStrictEqual(seen, seenOf(with_)));
    const faults = faultsOf(without, with_, profile);
    if (same && faults.length === 0) return attempt > 0;
    wrong = same ? faults.join('\n') : difference(without, with_);
  }
  throw new Error(wrong);
}

/** At once where it is cheap, in turns where one may have disturbed the other. */
async function both(bare, traced, script, attempt) {
  if (attempt === 0) return Promise.all([bare.run(script), traced.run(script)]);
  const without = await bare.run(script);
  return [without, await traced.run(script)];
}

/** A suite: a vendor, in a format, with a profile of llmtrace. With `plays` it ends after so many, or with a failure. */
export async function compareSuite({ vendor, format, profile, seed, ms, path, examples, plays, attempts }) {
  const bare = await startChild(vendor, format, 'bare');
  const traced = await startChild(vendor, format, profile);
  const counts = { plays: 0, unsteady: 0 };
  const memory = { first: undefined };
  try {
    const property = fc.asyncProperty(playOf(vendor, profile), async (script) => {
      if (counts.plays++ === Math.min(WARM, (plays ?? Number.POSITIVE_INFINITY) / 2))
        memory.first = await retained(bare, traced);
      if (await play({ bare, traced }, profile, script, attempts)) counts.unsteady += 1;
    });
    const run = await fc.check(property, {
      seed,
      ...(path === undefined ? {} : { path }),
      examples: examples.map((example) => [example]),
      numRuns: plays ?? Number.MAX_SAFE_INTEGER,
      endOnFailure: path !== undefined || plays !== undefined,
      interruptAfterTimeLimit: ms,
    });
    return { run, counts, memory: memory.first && (await grown(bare, traced, memory.first)) };
  } finally {
    await Promise.all([bare.close(), traced.close()]);
  }
}

const retained = (bare, traced) => Promise.all([bare.memory(), traced.memory()]);

async function grown(bare, traced, [bareBefore, tracedBefore]) {
  const [bareNow, tracedNow] = await retained(bare, traced);
  const bytes = tracedNow - tracedBefore - Math.max(0, bareNow - bareBefore);
  return { bytes, failed: bytes > MAX_RETAINED || Number.isNaN(bytes) };
}
