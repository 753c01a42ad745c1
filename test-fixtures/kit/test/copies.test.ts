import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { vendorCase as anthropic } from '../src/cases/anthropic.ts';
import { vendorCase as awsBedrock } from '../src/cases/aws-bedrock.ts';
import { vendorCase as googleGenAI } from '../src/cases/google-genai.ts';
import { vendorCase as googleGenerativeAI } from '../src/cases/google-generative-ai.ts';
import { vendorCase as openai } from '../src/cases/openai.ts';

const folderOf = (vendor: string): string => `packages/instrumentation-${vendor}/test/conformance`;

const VENDORS = [openai, anthropic, googleGenAI, googleGenerativeAI, awsBedrock];

describe('the conformance suite', () => {
  for (const { name, sets } of VENDORS) {
    for (const kind of ['test', 'resilient']) {
      it(`has a file for each copy of ${name}: ${kind}`, () => {
        const files = readdirSync(folderOf(name)).filter((file) => file.endsWith(`.${kind}.ts`));
        const expected = [...sets, 'all-copies'].map((set) => `${set}.${kind}.ts`);
        assert.deepEqual(files.sort(), expected.sort());
      });
    }
  }

  it('has a copy of each folder of SDKs', () => {
    const folders = readdirSync('test-fixtures/sdks').filter((folder) => !folder.startsWith('otel-'));
    const sets = VENDORS.flatMap((vendor) => vendor.sets);
    assert.deepEqual(folders.sort(), sets.sort());
  });
});
