/**
 * Instrumentations of other projects beside llmtrace. Their model spans are completed, so that there is one for each request, and
 * the tokens of all spans together are those that the vendor counted. The table is that of docs/agents.md.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  AUTO,
  type Play,
  play,
  type Span,
  type Stage,
  spanNamed,
  startStage,
  sumOf,
} from '@llmtrace/test-fixtures/operations';

const page = readFileSync(new URL('../../../docs/agents.md', import.meta.url), 'utf8');

const SCENES = 'a call,a stream,a call that fails,a run';

const COST = 'gen_ai.usage.cost';
const TOKENS = 'gen_ai.usage.input_tokens';

interface Other {
  readonly library: string;
  /** The application's library: LangChain's calls go to the SDK of OpenAI. */
  readonly vendor: 'openai' | 'anthropic' | '@langchain/openai';
  /** The name of its span of a call that fails. */
  readonly failing: string;
  /** Traceloop counts the tokens of Anthropic without those that the vendor had in its cache. */
  readonly countsLess?: boolean;
  /** It makes spans of other things, too. */
  readonly makesMore?: boolean;
}

const OTHERS: readonly Other[] = [
  {
    library: '@arizeai/openinference-instrumentation-openai',
    vendor: 'openai',
    failing: 'OpenAI Chat Completions',
  },
  { library: '@traceloop/instrumentation-openai', vendor: 'openai', failing: 'chat fail-401' },
  { library: '@opentelemetry/instrumentation-openai', vendor: 'openai', failing: 'chat fail-401' },
  {
    library: '@traceloop/instrumentation-anthropic',
    vendor: 'anthropic',
    failing: 'chat fail-401',
    countsLess: true,
  },
  {
    library: '@arizeai/openinference-instrumentation-langchain',
    vendor: '@langchain/openai',
    failing: 'ChatOpenAI',
    makesMore: true,
  },
  {
    library: '@traceloop/instrumentation-langchain',
    vendor: '@langchain/openai',
    failing: 'chat fail-401',
    makesMore: true,
  },
];

/** The spans without those of the scenes. */
const inScenes = ({ spans }: Play): Span[] => spans.filter(({ name }) => !name.startsWith('scene '));

/** How many warnings name a library. */
const timesNamed = ({ result }: Pick<Play, 'result'>, library: string): number =>
  result.stderr.split(`also traced by ${library}`).length - 1;

const rowOf = (title: string, library: string, played: Play, truth: number): string => {
  const spans = inScenes(played);
  const tokens = [TOKENS, 'llm.token_count.prompt'].map((name) => sumOf(spans, name) || '–');
  return `| ${title} | ${library} | ${spans.length} | ${tokens.join(' | ')} | ${truth} |`;
};

describe('the telemetry of another project beside llmtrace', () => {
  let stage: Stage;
  const alone = new Map<string, Play>();
  const run = (
    vendor: string,
    preload: readonly string[],
    more = {},
    set = 'other-telemetry',
  ): Promise<Play> =>
    play(
      stage,
      { app: new URL('apps/other-telemetry.mjs', import.meta.url), set },
      { VENDOR: vendor, ONLY: SCENES, ...more },
      preload,
    );

  before(async function () {
    this.timeout(300_000);
    stage = await startStage();
    for (const vendor of ['openai', 'anthropic', '@langchain/openai'])
      alone.set(vendor, await run(vendor, AUTO));
  });
  after(() => stage.close());

  for (const { library, vendor, failing, countsLess, makesMore } of OTHERS)
    describe(`of ${library}`, () => {
      let [without, both]: Play[] = [];
      let off: Play;
      before(async function () {
        this.timeout(300_000);
        off = alone.get(vendor) as Play;
        without = await run(vendor, [], { OTHER: library });
        both = await run(vendor, AUTO, { OTHER: library });
      });

      it('makes no difference for the application', () => {
        assert.equal(without?.result.code, 0, without?.result.stderr);
        assert.equal(both?.result.stdout, without?.result.stdout);
        assert.deepEqual(both?.requests, without?.requests);
      });

      it('has one span for each request, with its cost', () => {
        const costs = ({ spans }: Play) => spans.map(({ attributes }) => attributes[COST]).filter(Boolean);
        assert.deepEqual(costs(both as Play).sort(), costs(off).sort());
        if (!makesMore) assert.equal(inScenes(both as Play).length, inScenes(off).length);
      });

      it('has the span of a call that fails, with its error', () => {
        const scene = spanNamed((both as Play).spans, 'scene a call that fails');
        const failed = (both as Play).spans.find(({ parentSpanId }) => parentSpanId === scene.spanId);
        assert.equal(failed?.name, failing);
        assert.equal(failed?.status.code, 2);
        assert.equal(failed?.attributes['error.type'], 'AuthenticationError');
      });

      it('does not change the sums over all spans', () => {
        if (!countsLess) assert.equal(sumOf((both as Play).spans, TOKENS), sumOf(off.spans, TOKENS));
        const difference = sumOf((both as Play).spans, COST) - sumOf(off.spans, COST);
        assert.ok(Math.abs(difference) < 1e-12);
      });

      if (vendor !== 'anthropic')
        it('is within the run of an agent, which has the sums', () => {
          const [expected, actual] = [off, both as Play].map(
            ({ spans }) => spanNamed(spans, 'invoke_agent').attributes,
          );
          assert.deepEqual(actual, expected);
          assert.equal(actual?.['llmtrace.agent.model_calls'], 2);
        });

      it('is in the table of docs/agents.md as it is here', () => {
        const truth = sumOf(off.spans, TOKENS);
        for (const row of [
          rowOf(`\`${vendor}\``, '–', off, truth),
          rowOf(`\`${vendor}\``, `\`${library}\``, both as Play, truth),
        ])
          assert.ok(page.includes(row), row);
      });
    });

  for (const { library } of OTHERS.filter(({ makesMore }) => makesMore))
    it(`counts each token once where a span of ${library} is not that of one request`, async () => {
      const ONLY = 'two calls at once,a call that is tried again';
      const [off, both] = [
        await run('@langchain/openai', AUTO, { ONLY }),
        await run('@langchain/openai', AUTO, { ONLY, OTHER: library, OTEL_LOG_LEVEL: 'warn' }),
      ];
      assert.equal(both.result.stdout, off.result.stdout);
      assert.equal(sumOf(off.spans, TOKENS), 3 * 1346);
      assert.equal(sumOf(both.spans, TOKENS), 3 * 1346);
      assert.equal(timesNamed(both, library), 1, both.result.stderr);
    });

  for (const { library } of OTHERS.filter(({ makesMore }) => makesMore))
    it(`adopts each span of ${library} where a model asks another one first`, async () => {
      const ONLY = 'a model that asks another one first';
      const played = await run('@langchain/openai', AUTO, { ONLY, OTHER: library, OTEL_LOG_LEVEL: 'warn' });
      assert.equal(inScenes(played).length, 2);
      assert.equal(sumOf(played.spans, TOKENS), 2 * 1346);
      assert.equal(timesNamed(played, library), 0, played.result.stderr);
    });

  it('is adopted where agents are not traced', async () => {
    const OTHER = '@traceloop/instrumentation-langchain';
    const { spans } = await run('@langchain/openai', AUTO, {
      ...{ OTHER, ONLY: 'a call,a stream', LLMTRACE_AGENTS: 'false' },
    });
    assert.equal(inScenes({ spans } as Play).length, 2);
    assert.equal(sumOf(spans, TOKENS), 2 * 1346);
  });

  for (const { library, vendor } of OTHERS)
    it(`of ${library} is besides with LLMTRACE_NATIVE_SPANS=replace, which one warning says`, async () => {
      const played = await run(vendor, AUTO, {
        ...{ OTHER: library, ONLY: 'a call', LLMTRACE_NATIVE_SPANS: 'replace', OTEL_LOG_LEVEL: 'warn' },
      });
      assert.equal(inScenes(played).length, 2);
      assert.equal(timesNamed(played, library), 1, played.result.stderr);
    });

  for (const [library, vendor, set] of [
    ['@traceloop/instrumentation-anthropic', 'anthropic', 'anthropic-0'],
    ['@traceloop/instrumentation-langchain', '@langchain/anthropic', 'langchain-1'],
    ['@arizeai/openinference-instrumentation-langchain', '@langchain/anthropic', 'langchain-1'],
  ] as const)
    it(`of ${library} has no tokens beside a span of the SDK itself, and is named once`, async () => {
      const more = { ONLY: 'a call,a stream', OTEL_LOG_LEVEL: 'warn' };
      const off = await run(vendor, AUTO, more, set);
      const both = await run(vendor, AUTO, { ...more, OTHER: library }, set);
      assert.equal(both.result.stdout, off.result.stdout);
      assert.equal(inScenes(off).length, 2);
      assert.equal(inScenes(both).length, 4);
      assert.equal(sumOf(both.spans, TOKENS), 2 * 1546);
      assert.equal(timesNamed(both, library), 1, both.result.stderr);
    });

  it('has spans besides where its spans go to another provider', async () => {
    const OTHER = '@traceloop/instrumentation-openai';
    const { result, spans } = await run('openai', AUTO, {
      OTHER,
      ONLY: 'a call,a stream',
      PROVIDER: 'other',
      OTEL_LOG_LEVEL: 'warn',
    });
    assert.equal(spans.length, 4);
    assert.equal(sumOf(spans, TOKENS), 2692);
    assert.equal(timesNamed({ result }, OTHER), 1, result.stderr);
  });

  it('is adopted with OTEL_LOG_LEVEL, where its copy of the API is newer than that of the application', async () => {
    const OTHER = '@opentelemetry/instrumentation-openai';
    const played = await run('openai', AUTO, { OTHER, ONLY: 'a call,a stream', OTEL_LOG_LEVEL: 'warn' });
    assert.equal(inScenes(played).length, 2);
    assert.equal(sumOf(played.spans, TOKENS), 2 * 1346);
    assert.equal(played.result.stderr, '');
  });

  it('is adopted, as the doctor says', async () => {
    const { result } = await run('openai', AUTO, {
      OTHER: '@traceloop/instrumentation-openai',
      ONLY: 'a call',
      LLMTRACE_DOCTOR: 'true',
    });
    const said =
      /calls of openai are traced by @traceloop\/instrumentation-openai, whose spans llmtrace completes/;
    assert.match(result.stderr, said);
    assert.ok(!result.stderr.includes('also traced'), result.stderr);
  });

  it('is named once where it is not known', async () => {
    const { result, spans } = await run('openai', AUTO, {
      ONLY: 'a span of the application',
      OTEL_LOG_LEVEL: 'warn',
    });
    assert.equal(spans.length, 3);
    assert.match(result.stderr, /calls of openai are also traced by own-telemetry: each has two spans/);
  });
});
