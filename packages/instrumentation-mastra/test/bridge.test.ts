/** `@mastra/otel-bridge` beside llmtrace: its spans are those of Mastra, and the tokens of all spans are those that the vendor counted. */
import assert from 'node:assert/strict';
import { AUTO, type Play, play, type Stage, startStage, sumOf } from '@llmtrace/test-fixtures/operations';

const COST = 'gen_ai.usage.cost';
const TOKENS = 'gen_ai.usage.input_tokens';
/** Of the two model calls of the first run; Mastra's client does not ask for the usage of streams. */
const TRUTH = 2 * 1346;

for (const format of ['cjs', 'esm'])
  describe(`the bridge of Mastra beside llmtrace, as ${format}`, () => {
    let stage: Stage;
    let [alone, without, both]: Play[] = [];
    const run = (preload: readonly string[], more: Record<string, string> = {}): Promise<Play> =>
      play(
        stage,
        { app: new URL('apps/bridge.mjs', import.meta.url), set: 'mastra' },
        { FORMAT: format, ...more },
        preload,
      );

    before(async function () {
      this.timeout(300_000);
      stage = await startStage();
      alone = await run(AUTO);
      without = await run([], { BRIDGE: 'true' });
      both = await run(AUTO, { BRIDGE: 'true', OTEL_LOG_LEVEL: 'warn' });
    });
    after(() => stage.close());

    it('makes no difference for the application', () => {
      assert.equal(both?.result.code, 0, both?.result.stderr);
      assert.equal(both?.result.stdout, without?.result.stdout);
      assert.deepEqual(both?.requests, without?.requests);
    });

    it('has the tokens and the cost of each call once', () => {
      const spans = both?.spans ?? [];
      assert.ok(spans.length > (alone?.spans ?? []).length);
      assert.equal(sumOf(spans, TOKENS), TRUTH);
      assert.equal(sumOf(spans, COST), sumOf(alone?.spans ?? [], COST));
    });

    it('has the sums on the run of llmtrace', () => {
      assert.equal(sumOf(both?.spans ?? [], 'llmtrace.agent.input_tokens'), TRUTH);
    });

    it('is named once', () => {
      const told = both?.result.stderr.match(/are also traced by @mastra\/otel-bridge/g);
      assert.equal(told?.length, 1, both?.result.stderr);
    });

    it('keeps its tokens where llmtrace traces no model call', async function () {
      this.timeout(120_000);
      const { spans } = await run(AUTO, { BRIDGE: 'true', LLMTRACE_INSTRUMENTATIONS: 'mastra' });
      assert.equal(sumOf(spans, TOKENS), TRUTH);
    });
  });
