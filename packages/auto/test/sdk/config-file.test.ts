import assert from 'node:assert/strict';
import { AUTO, type Stage, setStage } from '../stage.ts';

const FILE = { OTEL_CONFIG_FILE: '/etc/otel.yaml' };
const NAMED = /llmtrace: OTEL_CONFIG_FILE is set, and the SDK that llmtrace starts does not read the file\./;

describe('the declarative configuration of OpenTelemetry', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  it('is named by a warning where llmtrace starts the SDK, which does not read it', async () => {
    const { code, stderr } = await stage.run('../examples/chat.mjs', { flags: AUTO, env: FILE });
    assert.equal(code, 0);
    assert.equal(stderr.match(new RegExp(NAMED, 'g'))?.length, 1);
    assert.equal(stage.collector.spans().length, 1);
  });

  it('is not named where the application has an SDK', async () => {
    const { stderr } = await stage.run('./doctor/apps/own-provider.mjs', { flags: AUTO, env: FILE });
    assert.doesNotMatch(stderr, NAMED);
  });
});
