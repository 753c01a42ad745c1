import assert from 'node:assert/strict';
import { loadSdk, sdkInfo } from '../src/sdks.ts';

describe('copies of SDKs', () => {
  it('are found wherever the package manager put them', () => {
    assert.equal(sdkInfo({ set: 'openai-4-oldest', package: 'openai', format: 'cjs' }).version, '4.19.1');
    assert.equal(sdkInfo({ set: 'anthropic-1', package: '@anthropic-ai/sdk', format: 'esm' }).major, 1);
  });

  it('have classes of their own in each format', async () => {
    const [cjs, esm] = await Promise.all(
      (['cjs', 'esm'] as const).map((format) =>
        loadSdk({ set: 'generative-ai', package: '@google/generative-ai', format }),
      ),
    );
    assert.equal(typeof cjs?.exports.GoogleGenerativeAI, 'function');
    assert.notEqual(cjs?.exports.GoogleGenerativeAI, esm?.exports.GoogleGenerativeAI);
  });
});
