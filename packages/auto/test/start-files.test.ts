import assert from 'node:assert/strict';
import { AUTO, type Stage, setStage } from './stage.ts';

describe('the code of the engine', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  const loaded = async (...args: string[]): Promise<unknown[]> => {
    const { stdout, stderr } = await stage.run('apps/first-call.mjs', { args, flags: AUTO });
    assert.equal(stderr, '');
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  it('is loaded with the first call', async () => {
    assert.deepEqual(await loaded('call'), [
      ['internal'],
      ['calls', 'http-clients/code', 'internal', 'openai/code'],
    ]);
    assert.deepEqual(
      stage.collector.spans().map(({ name }) => name),
      ['embeddings text-embedding-3-small'],
    );
  });

  it('is not loaded without a call, nor by the exit', async () => {
    assert.deepEqual(await loaded(), [['internal'], ['internal']]);
  });
});
