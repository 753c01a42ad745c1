/**
 * The vendors' functions with any JSON: they throw nothing, their steps are in proportion to the size of the JSON, and
 * their results are bounded. A failing run names its seed: set FC_SEED to repeat it.
 */
import assert from 'node:assert/strict';
import type { Endpoint, LlmResponse, Vendor } from '@llmtrace/core';
import { json, object } from '@llmtrace/test-fixtures/any-json';
import { aCall } from '@llmtrace/test-fixtures/call';
import { diag } from '@opentelemetry/api';
import fc from 'fast-check';
import { Capture } from '../../../../core/src/content/capture.ts';
import { resolveContent } from '../../../../core/src/content/options.ts';
import { redactorOf } from '../../../../core/src/content/redactors.ts';
import { allVendors } from '../../../src/vendors.ts';

const SETTINGS = { seed: Number(process.env['FC_SEED'] ?? 20_261_128), numRuns: 80 } as const;
/** The most code units of a text that a record may hold: the message of a failure. */
const MAX_TEXT = 2000;
const MAX_LIST = 4096;

/** How many values JSON is made of. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((size, [, entry]) => size + 1 + sizeOf(entry), 1);
}

/** The same value, which counts how often it is looked at. */
function counting(value: unknown, steps: { count: number }): any {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      steps.count++;
      return counting(Reflect.get(target, key, receiver), steps);
    },
    has(target, key) {
      steps.count++;
      return Reflect.has(target, key);
    },
  });
}

/** Fails for a text or a list that is longer than a record may have. */
function assertBounded(value: unknown, where: string): void {
  if (typeof value === 'string') assert.ok(value.length <= MAX_TEXT, `${where}: ${value.length} code units`);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) assert.ok(value.length <= MAX_LIST, `${where}: ${value.length} entries`);
  for (const [key, entry] of Object.entries(value)) assertBounded(entry, `${where}.${key}`);
}

/** Fails where more steps were taken than so many for each value, and some in any case. */
const assertSteps = (steps: number, size: number): void =>
  assert.ok(steps <= 400 + 60 * size, `${steps} steps for ${size} values`);

function recorded(
  endpoint: Endpoint,
  args: readonly unknown[],
  self: unknown,
  chunks: readonly object[],
): void {
  const size = sizeOf(args) + sizeOf(chunks) + sizeOf(self);
  const steps = { count: 0 };
  const seen = (value: unknown) => counting(value, steps);
  const made: LlmResponse = {};
  assertBounded(endpoint.request(args.map(seen), seen(self)), 'request');
  for (const chunk of chunks) endpoint.chunk?.(made, seen(chunk));
  const answers = chunks.map((chunk) => endpoint.response(seen(chunk)));
  for (const response of [made, ...answers]) {
    // It is the vendor's own error; no longer text than above is read of it.
    const { failure: _, ...rest } = response;
    assertBounded(rest, 'response');
  }
  assertSteps(steps.count, size);
}

const OPTIONS = {
  ...resolveContent({}, {}, () => {}),
  redactor: redactorOf(['keys', 'emails', 'cards']),
};

function captured(
  endpoint: Endpoint,
  args: readonly unknown[],
  self: unknown,
  chunks: readonly object[],
): void {
  const { content } = endpoint;
  if (!content) return;
  const size = sizeOf(args) + sizeOf(chunks) + sizeOf(self);
  for (const whole of [undefined, chunks[0]]) {
    const steps = { count: 0 };
    const seen = (value: unknown) => counting(value, steps);
    const call = aCall({ outcome: 'completed', endTime: 1 });
    const capture = new Capture(content, OPTIONS, call, args.map(seen), seen(self));
    for (const chunk of chunks) capture.chunk(seen(chunk));
    if (whole) capture.answer(seen(whole));
    const text = JSON.stringify(capture.content ?? {});
    // Bytes become a hash of 100 characters, and each value a part with names of its own.
    assert.ok(text.length <= 40 * JSON.stringify([args, chunks, self]).length + 400 * size, `${text.length}`);
    assertSteps(steps.count, size);
  }
}

/** The bodies of Bedrock's operations: a chat, a ranking, embeddings, an image, a text. */
const BODIES = [{ messages: [] }, { query: '', documents: [] }, { texts: [] }, { text_prompts: [] }, {}];

const COMMANDS = ['Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream'].flatMap(
  (name) =>
    BODIES.map((body) => ({
      constructor: { name: `${name}Command` },
      input: { body: JSON.stringify(body) },
    })),
);

/** Each endpoint once, with a name of it; Bedrock's method has one for each command. */
function endpointsOf({ module, endpoints }: Vendor): { name: string; endpoint: Endpoint }[] {
  const found = new Map<Endpoint, string>();
  for (const point of endpoints) {
    for (const args of [[], ...COMMANDS.map((command) => [command])]) {
      const endpoint = point.endpoint(args);
      if (endpoint && !found.has(endpoint))
        found.set(endpoint, `${module} ${point.path}.${point.method} (${found.size})`);
    }
  }
  return [...found].map(([endpoint, name]) => ({ name, endpoint }));
}

describe('any JSON', () => {
  before(() => diag.disable());

  for (const { vendor } of allVendors()) {
    for (const { name, endpoint } of endpointsOf(vendor)) {
      const input = fc.tuple(
        fc.tuple(fc.oneof(object, json), object),
        object,
        fc.array(object, { maxLength: 6 }),
      );
      it(`is recorded of ${name} in bounded steps and size`, () => {
        fc.assert(
          fc.property(input, ([args, self, chunks]) => recorded(endpoint, args, self, chunks)),
          SETTINGS,
        );
      });
      it(`is captured of ${name} in bounded steps and size`, () => {
        fc.assert(
          fc.property(input, ([args, self, chunks]) => captured(endpoint, args, self, chunks)),
          { ...SETTINGS, numRuns: 25 },
        );
      });
    }
  }
});
