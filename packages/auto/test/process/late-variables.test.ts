import assert from 'node:assert/strict';
import { AUTO, type Stage, setStage } from '../stage.ts';

const LATE = './doctor/apps/set-late.mjs';

describe('variables that the application sets itself', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  it('are named by one warning at the first call, since they have no effect', async () => {
    const { code, stderr } = await stage.run(LATE, { flags: AUTO });
    assert.equal(code, 0);
    assert.deepEqual(stderr.match(/llmtrace: .*/g), [
      'llmtrace: LLMTRACE_CONSOLE changed after llmtrace had started, which has no effect. Set it before: in the shell, or with `node --env-file=.env --import @llmtrace/auto`',
    ]);
    assert.equal(stage.collector.spans().length, 1);
  });

  it('produce no warning where they were set before', async () => {
    const { stderr } = await stage.run(LATE, { flags: AUTO, env: { LLMTRACE_CONSOLE: 'true' } });
    assert.doesNotMatch(stderr, /after llmtrace had started/);
  });
});
