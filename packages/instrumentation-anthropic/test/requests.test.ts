/** Requests with the headers of SDKs made by Stainless: the instrumentation finds its own. */
import assert from 'node:assert/strict';
import { entry as anthropicEntry } from '../src/index.ts';

const anthropic = anthropicEntry.vendor;

const { paths, sentBy } = anthropic.requests!;
const versionOf = (headers: Record<string, string>) => sentBy((name) => headers[name]);

describe('a request of the SDK', () => {
  it('is one by the headers of Stainless, whatever the class is called', () => {
    const sdk = { 'x-stainless-lang': 'js', 'x-stainless-package-version': '1.12.0' };
    assert.equal(versionOf({ ...sdk, 'user-agent': 'GatewayClient/JS 1.12.0' }), '1.12.0');
    assert.equal(versionOf({ ...sdk, 'x-stainless-lang': 'python' }), undefined);
    assert.equal(versionOf({ 'user-agent': 'curl/8' }), undefined);
  });

  const VERTEX = '/v1/projects/p/locations/l/publishers/anthropic/models';
  const PATHS: [string, boolean][] = [
    ['/v1/messages?beta=true', true],
    ['/v1/complete', true],
    ['/model/claude/invoke', true],
    ['/model/claude/invoke-with-response-stream', true],
    [`${VERTEX}/claude:rawPredict`, true],
    [`${VERTEX}/claude:streamRawPredict`, true],
    [`${VERTEX}/count-tokens:rawPredict`, false],
    ['/v1/messages/count_tokens', false],
    ['/v1/messages/batches', false],
  ];
  for (const [path, expected] of PATHS) {
    it(`is ${expected ? '' : 'not '}one that an endpoint sends: ${path}`, () =>
      assert.equal(paths.test(path), expected));
  }
});
