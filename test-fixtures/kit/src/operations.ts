/**
 * The conformance suite for operations: the runs of agents, their tools, MCP. An application plays its scenes without
 * llmtrace, with it, and with `LLMTRACE_AGENTS=false`. Each time it prints the same, and the vendor gets the same requests.
 * With llmtrace, the spans of each scene are a tree, each request of a model is one span, and the sums of each run are those
 * of the calls beneath it.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type RunOptions, type RunResult, runApp } from './run-app.ts';
import { sdkManifest } from './sdks.ts';
import { MODEL_MAP, type RecordedRequest, startVendorServer, type VendorServer } from './server.ts';

/** A scene, and the spans that it must leave. */
export interface OperationScene {
  readonly name: string;
  /** The names of the spans, each indented by two blanks more than its parent's. */
  readonly tree: readonly string[];
  /** Further checks of the spans. */
  check?(spans: readonly Span[]): void;
}

export interface OperationSuite {
  /** The SDK under test, for the test's title. */
  readonly title: string;
  /** The application, with the parts of `operations-app.ts`. */
  readonly app: URL;
  /** The folder of `test-fixtures/sdks` that has the SDK. */
  readonly set: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly scenes: readonly OperationScene[];
  /** The names of the scenes that this version of the SDK cannot play. */
  readonly without?: readonly string[];
  readonly formats?: readonly ('cjs' | 'esm')[];
  /** The spans of agents have the usage of model calls that only the framework sees, and that have no spans. */
  readonly hasUsage?: boolean;
  /** The Node.js that runs the application. @default that in `TEST_NODE`, else that of the test */
  readonly node?: string;
}

export interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly links: readonly { readonly spanId: string }[];
}

/** The sum of an attribute over spans. */
export const sumOf = (spans: readonly Span[], attribute: string): number =>
  spans.reduce((total, { attributes }) => total + Number(attributes[attribute] ?? 0), 0);

/** The first span of that name. */
export function spanNamed(spans: readonly Span[], name: string): Span {
  const span = spans.find((candidate) => candidate.name === name);
  assert.ok(span, name);
  return span;
}

/** Lines of a tree, one level deeper. */
export const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** A line of a tree, and the lines beneath it. */
export const nested = (name: string, ...beneath: readonly string[]): string[] => [name, ...indented(beneath)];

/** The outcome, the class of the error, and the status of the first span of that name; no span has the scene's secret. */
export function expectEnd(spans: readonly Span[], name: string, outcome?: string, error?: string): void {
  const { attributes, status } = spanNamed(spans, name);
  assert.deepEqual(
    [attributes['llmtrace.agent.outcome'], attributes['error.type'], status.code ?? 0],
    [outcome, error, error === undefined ? 0 : 2],
    name,
  );
  assert.ok(!JSON.stringify(spans).includes('secret'));
}

/** The check of a scene by {@link expectEnd}. */
export const ended = (name: string, outcome?: string, error?: string) => (spans: readonly Span[]) =>
  expectEnd(spans, name, outcome, error);

/** The run that waits, and the one that resumes it, which links to it. */
export function expectResumed(spans: readonly Span[], name: string): void {
  const [waiting, resumed] = spans.filter((span) => span.name === name);
  assert.equal(waiting?.attributes['llmtrace.agent.outcome'], 'interrupted');
  assert.equal(resumed?.attributes['llmtrace.agent.outcome'], undefined);
  assert.deepEqual(
    resumed?.links.map(({ spanId }) => spanId),
    [waiting?.spanId],
  );
}

/** The attributes of a tool's span are these alone, and the id of its call that the model made. */
export function expectToolCall({ attributes }: Span, name: string, idOf = /^call_/): void {
  const { 'gen_ai.tool.call.id': id, ...others } = attributes;
  assert.match(String(id), idOf);
  assert.deepEqual(others, {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
  });
}

export function describeOperations(suite: OperationSuite): void {
  const scenes = suite.scenes.filter(({ name }) => !suite.without?.includes(name));
  for (const format of suite.formats ?? (['cjs', 'esm'] as const))
    describe(`operations of ${suite.title}, as ${format}`, () => {
      let [plain, off, traced]: Play[] = [];
      before(async function () {
        this.timeout(300_000);
        [plain, off, traced] = await plays(suite, format);
      });
      it('change nothing for the application', () => {
        assert.equal(plain?.result.code, 0, plain?.result.stderr);
        for (const other of [off, traced]) expectSame(plain as Play, other as Play);
      });
      it('have no spans with LLMTRACE_AGENTS=false', () => {
        const spans = off?.spans ?? [];
        assert.equal(spans.filter(isOperation).length, 0);
        assert.equal(spans.filter(isModelCall).length, off?.requests.length);
      });
      it('keep one span for each request of a model', () => {
        assert.equal(traced?.spans.filter(isModelCall).length, traced?.requests.length);
      });
      for (const scene of scenes)
        it(scene.name, () => {
          const all = traced?.spans ?? [];
          const root = all.find(({ name }) => name === `scene ${scene.name}`);
          assert.ok(root, `no span of the scene: ${traced?.result.stderr}`);
          const spans = beneath(all, root);
          assert.deepEqual(sorted(treeOf(spans)), sorted(scene.tree));
          if (!suite.hasUsage) expectSums(spans);
          scene.check?.(spans);
        });
      it('leave no trace outside the scenes', () => {
        const roots = childrenOf(traced?.spans ?? [], undefined).map(({ name }) => name);
        assert.deepEqual(roots.sort(), scenes.map(({ name }) => `scene ${name}`).sort());
      });
    });
}

async function plays(suite: OperationSuite, format: string): Promise<Play[]> {
  const stage = await startStage();
  try {
    const played: Play[] = [];
    for (const [env, flags] of WAYS) played.push(await play(stage, suite, { ...env, FORMAT: format }, flags));
    return played;
  } finally {
    await stage.close();
  }
}

export const AUTO = ['--import', '@llmtrace/auto'];

/** Registers a provider of the application, with all instrumentations in its list; `LLMTRACE=off` leaves them out. */
export const OWN_PROVIDER = ['--import', new URL('../apps/own-provider.mjs', import.meta.url).href];

const WAYS: readonly (readonly [env: Readonly<Record<string, string>>, flags: readonly string[]])[] = [
  [{}, []],
  [{ LLMTRACE_AGENTS: 'false' }, AUTO],
  [{}, AUTO],
];

function expectSame(plain: Play, other: Play): void {
  assert.ok(plain.result.stdout.length > 0, 'the application prints something');
  assert.equal(other.result.stdout, plain.result.stdout, other.result.stderr);
  assert.deepEqual([other.result.code, other.result.signal], [0, null]);
  assert.deepEqual(other.requests, plain.requests, 'the requests that the vendor got');
  assert.doesNotMatch(other.result.stderr, /llmtrace: /, 'a warning about a version that is supported');
}

/** An application with a model of its own, which sends no request. */
export interface UnseenModelSuite extends Pick<OperationSuite, 'title' | 'app' | 'set' | 'formats'> {
  /** The package that the warning names. */
  readonly module: string;
  /** Environments, each of one application that must have the warning. @default one */
  readonly ways?: readonly Readonly<Record<string, string>>[];
  /** The environment of an application whose model answers from a cache, which is no call. */
  readonly cached?: Readonly<Record<string, string>>;
}

/** Tests that model calls which no instrumentation sees are one warning, whether agents are traced or not. */
export function describeUnseenModels(suite: UnseenModelSuite): void {
  const { title, module, ways = [{}], formats = ['esm', 'cjs'], cached } = suite;
  const text = `${module} is not traced wholly: model calls that no instrumentation sees`;
  const expectWarnings = async (stage: Stage, env: Readonly<Record<string, string>>, count: number) => {
    for (const FORMAT of formats) {
      const { result } = await play(stage, suite, { FORMAT, ...env }, AUTO);
      assert.match(result.stdout, /Oak|Elm/);
      assert.equal(result.stderr.split(text).length - 1, count, result.stderr);
    }
  };

  describe(`a model of the application with ${title}, whose requests are not seen`, () => {
    let stage: Stage;
    before(async () => {
      stage = await startStage();
    });
    after(() => stage.close());

    for (const LLMTRACE_AGENTS of ['true', 'false'])
      for (const way of ways)
        it(`is one warning: ${[`LLMTRACE_AGENTS=${LLMTRACE_AGENTS}`, ...Object.values(way)].join(', ')}`, () =>
          expectWarnings(stage, { LLMTRACE_AGENTS, ...way }, 1));

    if (cached) it('is none where it answers from a cache', () => expectWarnings(stage, cached, 0));
  });
}

export interface Play {
  readonly result: RunResult;
  readonly spans: readonly Span[];
  /** The bodies that the vendor got, without the ids that it made, sorted: concurrent runs race. */
  readonly requests: readonly string[];
}

const steady = ({ body }: RecordedRequest): string =>
  JSON.stringify(body)
    .replaceAll(/\b(call|toolu|fc|resp|msg|rs)_\w+/g, '$1_')
    .replaceAll(UUID, 'uuid'); // Mastra's ids of runs

const UUID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g;

/** Plays an application once. @param preload flags of Node.js. */
export async function play(
  { vendor, collector }: Stage,
  {
    app,
    set,
    env = {},
    without = [],
    node = process.env['TEST_NODE'],
  }: Pick<OperationSuite, 'app' | 'set' | 'env' | 'without' | 'node'>,
  way: Readonly<Record<string, string>>,
  preload: readonly string[],
): Promise<Play> {
  vendor.clear();
  collector.spans.length = 0;
  const options: RunOptions = {
    flags: preload,
    timeout: 120_000,
    ...(node === undefined ? {} : { node }),
    env: {
      ...environment(vendor, collector),
      SDK: sdkManifest(set),
      WITHOUT: without.join(';'),
      ...env,
      ...way,
    },
  };
  const result = await runApp(fileURLToPath(app), options);
  return { result, spans: [...collector.spans], requests: vendor.requests.map(steady).sort() };
}

const environment = (vendor: VendorServer, collector: Collector): Record<string, string> => ({
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: `${vendor.url}/v1`,
  ANTHROPIC_API_KEY: 'sk-ant-test',
  ANTHROPIC_BASE_URL: vendor.url,
  GEMINI_API_KEY: 'test',
  GOOGLE_GEMINI_BASE_URL: vendor.url,
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  LLMTRACE_MODEL_MAP: MODEL_MAP,
});

export interface Stage {
  readonly vendor: VendorServer;
  readonly collector: Collector;
  close(): Promise<void>;
}

/** A vendor and a collector. */
export async function startStage(): Promise<Stage> {
  const [vendor, collector] = await Promise.all([startVendorServer(), startCollector()]);
  return {
    vendor,
    collector,
    async close() {
      collector.close();
      await vendor.close();
    },
  };
}

interface Collector {
  readonly url: string;
  readonly spans: Span[];
  close(): void;
}

async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(Buffer.concat(parts).toString())));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    spans,
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const spansOf = ({ resourceSpans }: any): Span[] =>
  resourceSpans.flatMap(({ scopeSpans }: any) =>
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map((span: any) => ({
        ...span,
        parentSpanId: span.parentSpanId || undefined,
        attributes: Object.fromEntries(span.attributes.map(({ key, value }: any) => [key, plain(value)])),
        status: span.status ?? {},
        links: span.links ?? [],
      })),
    ),
  );

function plain(value: any): unknown {
  const [kind, content] = Object.entries(value)[0] as [string, any];
  if (kind === 'arrayValue') return (content.values ?? []).map(plain);
  return kind === 'intValue' ? Number(content) : content;
}

const childrenOf = (spans: readonly Span[], parent: string | undefined): Span[] =>
  spans.filter(({ parentSpanId }) =>
    parent === undefined ? !spans.some(({ spanId }) => spanId === parentSpanId) : parentSpanId === parent,
  );

/** The names of the spans, each one level deeper than its parent's. */
export const treeOf = (spans: readonly Span[], parent?: string, indent = ''): string[] =>
  childrenOf(spans, parent).flatMap((span) => [
    indent + span.name,
    ...treeOf(spans, span.spanId, `${indent}  `),
  ]);

/** A tree with siblings in the order of their names: spans that start within one millisecond have none. */
export function sorted(lines: readonly string[]): string[] {
  const groups: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('  ')) groups.at(-1)?.push(line.slice(2));
    else groups.push([line]);
  }
  return groups
    .map(([name = '', ...below]) => [name, ...indented(sorted(below))])
    .sort((a, b) => a.join('\n').localeCompare(b.join('\n')))
    .flat();
}

/** The spans of each scene, by its name, without that of the scene itself. */
export function scenesOf({ spans }: Pick<Play, 'spans'>): Map<string, Span[]> {
  const beneath = ({ spanId }: Span): Span[] =>
    spans.filter(({ parentSpanId }) => parentSpanId === spanId).flatMap((span) => [span, ...beneath(span)]);
  const roots = spans.filter(({ name }) => name.startsWith('scene '));
  return new Map(roots.map((root) => [root.name.slice('scene '.length), beneath(root)]));
}

/** The sum of an attribute over the spans of each scene, by its name. */
export const sumsOf = (played: Play, attribute: string, without: readonly string[] = []): object =>
  Object.fromEntries(
    [...scenesOf(played)]
      .filter(([name]) => !without.includes(name))
      .map(([name, spans]) => [name, Number(sumOf(spans, attribute).toFixed(9))])
      .sort(),
  );

/** The tree of a scene, with siblings in the order of their names. */
export const treeOfScene = (played: Play, scene: string): string[] =>
  sorted(treeOf(scenesOf(played).get(scene) ?? []));

const isModelCall = (span: Span): boolean =>
  span.attributes['gen_ai.provider.name'] !== undefined && !isLoop(span);

const isOperation = ({ name, attributes }: Span): boolean =>
  (isLoop({ attributes }) && !SDK_NAME.test(name)) || attributes['mcp.method.name'] !== undefined;

const isLoop = ({ attributes }: Pick<Span, 'attributes'>): boolean =>
  /^(?:invoke_|execute_)/.test(String(attributes['gen_ai.operation.name'] ?? ''));

/** The name of a span that an SDK started and llmtrace did not adopt. */
const SDK_NAME = /^anthropic\./;

const beneath = (spans: readonly Span[], { spanId }: Span): Span[] =>
  spans
    .filter(({ parentSpanId }) => parentSpanId === spanId)
    .flatMap((span) => [span, ...beneath(spans, span)]);

/** No span of an operation has the conventions' tokens or a cost: a backend that sums them over all spans counts each once. */
function expectSums(spans: readonly Span[]): void {
  for (const span of spans.filter(isOperation)) {
    const { attributes } = span;
    for (const name of ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.cost'])
      assert.equal(attributes[name], undefined, `${name} of ${span.name}`);
    if (attributes['llmtrace.agent.model_calls'] === undefined) continue;
    const calls = beneath(spans, span).filter(isModelCall);
    const tools = beneath(spans, span).filter(isTool);
    const sum = (name: string): number =>
      calls.reduce((total, call) => total + Number(call.attributes[name] ?? 0), 0);
    assert.equal(attributes['llmtrace.agent.model_calls'], calls.length, span.name);
    assert.equal(attributes['llmtrace.agent.tool_calls'], tools.length, span.name);
    assert.equal(attributes['llmtrace.agent.input_tokens'], sum('gen_ai.usage.input_tokens'));
    assert.equal(attributes['llmtrace.agent.output_tokens'], sum('gen_ai.usage.output_tokens'));
    if (attributes['llmtrace.agent.partial']) assert.equal(attributes['llmtrace.agent.cost'], undefined);
    else
      assert.ok(
        Math.abs(Number(attributes['llmtrace.agent.cost']) - sum('gen_ai.usage.cost')) < 1e-12,
        `the cost of ${span.name}`,
      );
  }
}

/** A server's span of a tool is the same tool call as the client's above it. */
const isTool = ({ attributes, kind }: Span): boolean =>
  attributes['gen_ai.operation.name'] === 'execute_tool' && kind !== 2;
