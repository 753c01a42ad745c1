/**
 * The AI SDK's own telemetry beside llmtrace, on and off. Its model spans are completed, so that there is one for each request,
 * and the tokens of all spans together are those that the vendor counted. The table is that of docs/agents.md.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  AUTO,
  OWN_PROVIDER,
  type Play,
  play,
  type Span,
  type Stage,
  sorted,
  startStage,
  sumOf,
  treeOf,
} from '@llmtrace/test-fixtures/operations';

const page = readFileSync(new URL('../../../docs/agents.md', import.meta.url), 'utf8');

const VERSIONS = [4, 5, 6, 7] as const;

/** What the vendor reports for each request that the scenes make: two plain ones a scene. */
const SCENES =
  'a run,a stream,a stream of an agent with an agent,a run that is repeated,embeddings,a run without tools,a model that fails,a run that is stopped';

type Telemetry = 'on' | 'off' | 'wrapped' | 'other';

/** The SDK ends no span of these, or only some. */
const UNREAD = 'a stream that breaks off,a stream that is stopped,a stream that is left,an unread stream';

const runWith = (
  stage: Stage,
  version: number,
  telemetry: Telemetry,
  preload: readonly string[],
  scenes = SCENES,
): Promise<Play> =>
  play(
    stage,
    { app: new URL('apps/app.mjs', import.meta.url), set: `ai-${version}` },
    { AI_VERSION: String(version), FORMAT: 'esm', ONLY: scenes, TELEMETRY: telemetry },
    preload,
  );

/** The spans of a scene, without that of the scene itself. */
function spansOfRun(spans: readonly Span[], scene = 'a run'): Span[] {
  const root = spans.find(({ name }) => name === `scene ${scene}`);
  return spans.filter(({ traceId, spanId }) => traceId === root?.traceId && spanId !== root?.spanId);
}

const TREES: Readonly<Record<(typeof VERSIONS)[number], readonly string[]>> = {
  4: legacy(),
  5: legacy(),
  6: legacy(),
  7: [
    'invoke_agent gpt-4o-mini',
    '  step 1',
    '    chat gpt-4o-mini',
    '    execute_tool weather',
    '      look up',
    '  step 2',
    '    chat gpt-4o-mini',
  ],
};

function legacy(): string[] {
  return [
    'ai.generateText',
    '  ai.generateText.doGenerate',
    '  ai.toolCall',
    '    look up',
    '  ai.generateText.doGenerate',
  ];
}

describe('the telemetry of the AI SDK', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage.close());

  for (const version of VERSIONS) {
    const run = (telemetry: Telemetry, preload: readonly string[]): Promise<Play> =>
      runWith(stage, version, telemetry, preload);

    describe(`of version ${version}`, () => {
      let [plain, off, on]: Play[] = [];
      before(async function () {
        this.timeout(300_000);
        plain = await run('on', []);
        off = await run('off', AUTO);
        on = await run('on', AUTO);
      });

      it('is on or off without a difference for the application', () => {
        assert.equal(plain?.result.code, 0, plain?.result.stderr);
        assert.equal(on?.result.stdout, plain?.result.stdout, on?.result.stderr);
        assert.equal(on?.result.stderr, '');
      });

      it('has one model span for each request, with its tokens and its cost', () => {
        const models = (on?.spans ?? []).filter(
          ({ attributes }) => attributes['gen_ai.usage.cost'] !== undefined,
        );
        const answered = (off?.spans ?? []).filter(
          ({ attributes }) => attributes['gen_ai.usage.cost'] !== undefined,
        );
        assert.equal(models.length, answered.length);
        for (const { attributes } of models)
          assert.match(
            String(attributes['gen_ai.request.model']),
            /^(gpt-4o-mini|text-embedding-3-small|fail-503-once)$/,
          );
      });

      for (const name of ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.cost'])
        it(`does not change the sum of ${name} over all spans`, () => {
          const truth = sumOf(off?.spans ?? [], name);
          assert.ok(truth > 0);
          assert.ok(Math.abs(sumOf(on?.spans ?? [], name) - truth) < 1e-12);
        });

      it('makes the spans of a run, which has the sums', () => {
        const spans = spansOfRun(on?.spans ?? []);
        const parent = (on?.spans ?? []).find(({ name }) => name === 'scene a run')?.spanId;
        assert.deepEqual(sorted(treeOf(spans, parent)), sorted(TREES[version]));
        const root = spans.find(({ parentSpanId }) => parentSpanId === parent);
        assert.equal(root?.attributes['llmtrace.agent.model_calls'], 2);
        assert.equal(root?.attributes['llmtrace.agent.tool_calls'], 1);
        assert.ok(Number(root?.attributes['llmtrace.agent.cost']) > 0);
      });

      it('has the spans of streams that the application does not read to their end', async () => {
        const play = (telemetry: Telemetry): Promise<Play> =>
          runWith(stage, version, telemetry, AUTO, UNREAD);
        const [without, traced] = [await play('off'), await play('on')];
        assert.equal(traced.result.stdout, without.result.stdout, traced.result.stderr);
        const having = (name: string, { spans }: Play): number =>
          spans.filter(({ attributes }) => attributes[name] !== undefined).length;
        assert.ok(having('server.address', without) >= 4);
        for (const name of [
          'server.address',
          'llmtrace.agent.model_calls',
          'gen_ai.usage.cost',
          'error.type',
        ])
          assert.equal(having(name, traced), having(name, without), name);
      });

      it('is in the table of docs/agents.md as it is here', () => {
        for (const [telemetry, played] of [
          ['off', off],
          ['on', on],
        ] as const) {
          const spans = spansOfRun(played?.spans ?? []);
          const tokens = sumOf(spans, 'gen_ai.usage.input_tokens');
          const truth = sumOf(spansOfRun(off?.spans ?? []), 'gen_ai.usage.input_tokens');
          const row = `| ${version} | ${telemetry} | ${spans.length} | ${tokens} | ${truth} |`;
          assert.ok(page.includes(row), row);
        }
      });
    });
  }

  for (const version of VERSIONS)
    describe(`of version ${version}, with a provider of the application`, () => {
      /** The numbers of model calls and of tools that the runs of a scene state, and the tokens. */
      const sumsOf = ({ spans }: Play, scene: string): unknown[] =>
        spansOfRun(spans, scene)
          .filter(({ name }) => /^(invoke_agent|ai\.(generate|stream)Text$)/.test(name))
          .map(({ attributes: a }) =>
            ['model_calls', 'tool_calls', 'input_tokens'].map((key) => a[`llmtrace.agent.${key}`]),
          )
          .sort();

      let [off, on]: Play[] = [];
      before(async function () {
        this.timeout(300_000);
        off = await runWith(stage, version, 'off', AUTO);
        on = await runWith(stage, version, 'on', OWN_PROVIDER);
      });

      for (const scene of ['a run', 'a stream', 'a stream of an agent with an agent'])
        it(`has the sums of ${scene}`, () => {
          assert.ok(off && on);
          assert.equal(on.result.stdout, off.result.stdout, on.result.stderr);
          assert.ok(sumsOf(off, scene).length > 0);
          assert.deepEqual(sumsOf(on, scene), sumsOf(off, scene));
        });
    });

  describe('of version 7, with an integration of another project', () => {
    const treeWith = ({ spans }: Play): string[] => {
      const parent = spans.find(({ name }) => name === 'scene a run')?.spanId;
      return sorted(treeOf(spansOfRun(spans), parent));
    };
    let [off, wrapped, other]: Play[] = [];
    before(async function () {
      this.timeout(300_000);
      off = await runWith(stage, 7, 'off', AUTO);
      wrapped = await runWith(stage, 7, 'wrapped', AUTO);
      other = await runWith(stage, 7, 'other', AUTO);
    });

    it('has the spans of llmtrace where the integration makes none', () => {
      assert.ok(off && other);
      assert.equal(other.result.stdout, off.result.stdout);
      assert.deepEqual(treeWith(other), treeWith(off));
      assert.ok(treeWith(other).some((line) => line.includes('execute_tool weather')));
    });

    it('has those of `@ai-sdk/otel` alone where the integration hands all on to it', () => {
      assert.ok(off && wrapped);
      assert.equal(wrapped.result.stdout, off.result.stdout);
      assert.deepEqual(treeWith(wrapped), sorted(TREES[7]));
      const tokens = (played: Play): number => sumOf(played.spans, 'gen_ai.usage.input_tokens');
      assert.equal(tokens(wrapped), tokens(off));
    });
  });
});
