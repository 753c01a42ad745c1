import assert from 'node:assert/strict';
import { tellingLines, whenLoaded } from '../src/loaded.ts';
import type { Endpoint, Vendor } from '../src/vendor.ts';

const endpoint = (files: string[], className: string) => ({ files, className }) as unknown as Endpoint;
const vendor = {
  module: 'a-vendor',
  extensions: ['.js', '.mjs'],
  endpoints: [
    endpoint(['chat/completions', 'chat'], 'Completions'),
    endpoint(['chat'], 'Streams'),
    endpoint(['chat'], 'Completions'),
  ],
} as unknown as Vendor;

/** Runs a line at the end of a module that has a class `Completions`. */
const run = (line: string | undefined) =>
  new Function(`class Completions {}\n${line}\nreturn Completions;`)();

describe('modules that tell of themselves', () => {
  it('are the ES modules of a vendor, each once', () => {
    assert.deepEqual(
      [...tellingLines(vendor).keys()],
      ['a-vendor/chat/completions.mjs', 'a-vendor/chat.mjs'],
    );
  });

  it('hand their classes over, to those who wait and to those who come later', () => {
    const heard: unknown[] = [];
    const listener = (who: string) => (file: string, classes: object) => {
      if (file === 'a-vendor/chat.mjs') heard.push([who, classes]);
    };
    whenLoaded(listener('waiting'));
    const Completions = run(tellingLines(vendor).get('a-vendor/chat.mjs'));
    whenLoaded(listener('late'));
    const classes = { Completions, Streams: undefined };
    assert.deepEqual(heard, [
      ['waiting', classes],
      ['late', classes],
    ]);
  });

  it('are heard by every copy of llmtrace', async () => {
    const heard: string[] = [];
    const url = import.meta.resolve('../src/loaded.ts?copy');
    const copy: typeof import('../src/loaded.ts') = await import(url);
    copy.whenLoaded((file) => heard.push(file));
    run(tellingLines(vendor).get('a-vendor/chat/completions.mjs'));
    assert.ok(heard.includes('a-vendor/chat/completions.mjs'));
  });
});
