import assert from 'node:assert/strict';
import { BEHAVIOUR_HEADER, startVendorServer, type VendorServer } from '../src/server.ts';

describe('the fake vendor', () => {
  let server: VendorServer;

  before(async () => {
    server = await startVendorServer();
  });
  beforeEach(() => server.clear());
  after(() => server.close());

  const ask = (model: string, { stream = false, headers = {}, signal }: Options = {}) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer one', ...headers },
      body: JSON.stringify({ model, messages: [], stream }),
      ...(signal ? { signal } : {}),
    });

  interface Options {
    stream?: boolean;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  }

  it('gives the same answers again once it is cleared', async () => {
    const first = await (await ask('gpt-4o-mini')).text();
    assert.notEqual(await (await ask('gpt-4o-mini')).text(), first);
    server.clear();
    assert.equal(await (await ask('gpt-4o-mini')).text(), first);
  });

  it('counts failures that end by API key', async () => {
    const statuses = async (key: string) => {
      const response = await ask('fail-500-twice', { headers: { authorization: key } });
      await response.arrayBuffer();
      return response.status;
    };
    assert.deepEqual([await statuses('a'), await statuses('b'), await statuses('a')], [500, 500, 500]);
    assert.deepEqual([await statuses('a'), await statuses('a')], [200, 500]);
  });

  it('takes a behaviour from a header, so that the model may be a real one', async () => {
    const response = await ask('gpt-4o', { headers: { [BEHAVIOUR_HEADER]: 'fail-429' } });
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '1');
    await response.arrayBuffer();
  });

  it('notes that a client went away, and not that it broke the connection itself', async () => {
    const controller = new AbortController();
    const stream = await ask('hang-mid-stream', { stream: true, signal: controller.signal });
    controller.abort();
    await assert.rejects(stream.text());
    await assert.rejects(async () => (await ask('drop-mid-stream', { stream: true })).text());
    await server.idle();
    assert.deepEqual(
      server.requests.map(({ body, aborted }) => [body.model, aborted]),
      [
        ['hang-mid-stream', true],
        ['drop-mid-stream', false],
      ],
    );
  });

  it('answers unknown paths with the error of the vendor', async () => {
    const response = await fetch(`${server.url}/v1/nothing`, { method: 'POST', body: '{}' });
    const { error } = (await response.json()) as { error: { type: string } };
    assert.deepEqual([response.status, error.type], [404, 'invalid_request_error']);
  });

  it('ends requests that hang when it closes', async () => {
    const other = await startVendorServer();
    const hanging = assert.rejects(
      fetch(`${other.url}/v1/chat/completions`, { method: 'POST', body: '{"model":"hang"}' }),
    );
    await other.received(1);
    await other.close();
    await hanging;
  });
});
