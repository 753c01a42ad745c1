import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { RunResult } from '@llmtrace/test-fixtures/run-app';
import { AUTO, type ExportedSpan, file, type Stage, setStage } from './stage.ts';

const TSX = createRequire(import.meta.url).resolve('tsx/cli');
const typed = process.features.typescript ? it : it.skip;

describe('the ways in', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  /** Runs an example with llmtrace and expects its one call to arrive, once, and nothing else to be seen. */
  async function traced(name: string, span: string, flags: string[], env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await stage.run(name, { flags, env });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.notEqual(stdout, '');
    assert.deepEqual(
      stage.collector.spans().map(({ name, service }) => [name, service]),
      [[span, 'shop']],
    );
    assert.ok(stage.collector.metrics().includes('gen_ai.client.operation.duration'));
  }

  const EXAMPLES = [
    ['chat.mjs', 'chat gpt-4.1-mini'],
    ['stream.cjs', 'chat gpt-4.1-mini'],
    ['worker.mjs', 'chat gpt-4.1-mini'],
    ['limited-fetch.mjs', 'chat gpt-4.1-mini'],
  ] as const;
  for (const [name, span] of EXAMPLES) {
    it(`traces ${name} by --import`, () => traced(`../examples/${name}`, span, AUTO));
    it(`traces ${name} by --require`, () =>
      traced(`../examples/${name}`, span, ['--require', '@llmtrace/auto']));
    it(`traces ${name} by NODE_OPTIONS`, () =>
      traced(`../examples/${name}`, span, [], { NODE_OPTIONS: '--import @llmtrace/auto' }));
  }

  const EMBEDDING = 'embeddings text-embedding-3-small';
  typed('traces TypeScript that Node runs by itself', () => traced('../examples/embed.ts', EMBEDDING, AUTO));
  it('traces TypeScript under tsx, which is loaded later', () =>
    traced('../examples/embed.ts', EMBEDDING, [...AUTO, '--import', 'tsx']));
  it('traces TypeScript under tsx, which is loaded before', () =>
    traced('../examples/embed.ts', EMBEDDING, ['--import', 'tsx', ...AUTO]));
  it("traces TypeScript under tsx's own command", async () => {
    const { code, stderr } = await stage.run(TSX, {
      args: [file('../examples/embed.ts')],
      env: { NODE_OPTIONS: '--import @llmtrace/auto' },
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepEqual(
      stage.collector.spans().map(({ name }) => name),
      [EMBEDDING],
    );
  });

  it('traces once if it is loaded several times', () =>
    traced('../examples/chat.mjs', 'chat gpt-4.1-mini', [...AUTO, '--require', '@llmtrace/auto'], {
      NODE_OPTIONS: '--import @llmtrace/auto',
    }));

  it('traces the child processes of an application that passes NODE_OPTIONS on', () =>
    traced('apps/parent.mjs', 'chat gpt-4.1-mini', [], { NODE_OPTIONS: '--import @llmtrace/auto' }));

  describe('each copy of an SDK, all in one application', () => {
    const COPIES = ['openai-4-oldest', 'openai-4', 'openai-5', 'openai-6', 'openai-7'].flatMap((set) =>
      ['cjs', 'esm'].map((format) => `${set} ${format}`),
    );
    let result: RunResult;
    let spans: ExportedSpan[];
    before(async () => {
      // The kit imports a package from elsewhere by means that Node calls experimental.
      const flags = [...AUTO, '--disable-warning=ExperimentalWarning'];
      stage.clear();
      result = await stage.run('apps/sdk.mjs', { flags, args: COPIES });
      spans = stage.collector.spans();
    });

    it('are answered, without a warning', () => {
      assert.equal(result.stderr, '');
      assert.deepEqual(
        { code: result.code, lines: result.stdout.split('\n') },
        { code: 0, lines: [...COPIES, ''] },
      );
    });
    for (const copy of COPIES) {
      it(`traces ${copy.replace(' ', ' as ')}`, () => {
        const ofCopy = spans.filter(({ attributes }) => attributes['user.id'] === copy);
        assert.deepEqual(
          ofCopy.map(({ name }) => name),
          ['chat gpt-4.1-mini'],
        );
      });
    }
    it('traces each once', () => assert.equal(spans.length, COPIES.length));
  });
});
