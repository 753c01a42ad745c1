/** What else is instrumented in the process keeps all of its spans, in any order of loading and by every way to start llmtrace. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { file, type Stage, setStage } from './stage.ts';

interface PrintedSpan {
  name: string;
  kind: number;
  scope: string;
  id: string;
  parent?: string;
}

type Format = 'cjs' | 'esm';

/** How an application is started: `otel` stands for its own set-up, in its own format. */
interface Way {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The set-up is in the application's code. */
  readonly code?: boolean;
}

const AUTO = '@llmtrace/auto';

const WAYS: Readonly<Record<string, Way>> = {
  '--import, before it': { flags: ['--import', AUTO, 'otel'] },
  '--import, after it': { flags: ['otel', '--import', AUTO] },
  '--require, before it': { flags: ['--require', AUTO, 'otel'] },
  '--require, after it': { flags: ['otel', '--require', AUTO] },
  'NODE_OPTIONS, before it': { flags: ['otel'], env: { NODE_OPTIONS: `--import ${AUTO}` } },
  '--import, with a set-up in code': { flags: ['--import', AUTO], code: true },
  '--require, with a set-up in code': { flags: ['--require', AUTO], code: true },
  'the list of NodeSDK, first': {
    flags: ['--import', `${AUTO}/hook`, 'otel'],
    env: { LIST_PLACE: 'first' },
  },
  'the list of NodeSDK, last': {
    flags: ['--import', `${AUTO}/hook`, 'otel'],
    env: { LIST_PLACE: 'last' },
  },
};

/** Those that are tried beside both lines. */
const MAIN = /^--import, |first$/;

const node = process.env['TEST_NODE'] ?? process.execPath;
const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  .split('.')
  .map(Number);
/** OpenTelemetry's older line runs on every Node.js, the newer one on later ones. */
const LINES = major > 22 || (major === 22 && minor >= 15) ? ['otel-2', 'otel-3'] : ['otel-2'];

describe('beside other instrumentations', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  beforeEach(() => stage.clear());
  after(() => stage.close());

  async function spans(line: string, format: Format, { flags = [], env = {}, code = false }: Way) {
    // The list is made of imported packages, also in a CommonJS application.
    const setUp =
      format === 'esm' || env['LIST_PLACE']
        ? ['--import', url('otel.mjs')]
        : ['--require', file(app('otel.cjs'))];
    const nodeFlags = flags.flatMap((flag) => (flag === 'otel' ? setUp : flag));
    const name = format === 'cjs' ? 'app.cjs' : code ? 'code.mjs' : 'app.mjs';
    const {
      code: exit,
      stdout,
      stderr,
    } = await stage.runBare(app(name), {
      timeout: 80_000, // Node.js 20 has hooks in a thread of their own, which is slow on a busy machine
      flags: nodeFlags,
      env: { OTEL_LINE: line, ...(code ? { SETUP: 'code' } : {}), ...env },
    });
    assert.deepEqual({ exit, stderr }, { exit: 0, stderr: '' });
    const output: { answer: { answer: string }; spans: PrintedSpan[] } = JSON.parse(stdout);
    assert.notEqual(output.answer.answer, '');
    return output.spans;
  }

  for (const line of LINES) {
    for (const format of ['cjs', 'esm'] as const) {
      describe(`of ${line}, ${format}`, () => {
        let alone: string[];
        before(async () => {
          alone = others(await spans(line, format, { flags: ['otel'] }));
          assert.ok(alone.length >= 6, alone.join('\n'));
        });

        for (const [name, way] of Object.entries(WAYS).filter(
          ([name]) => line === 'otel-2' || MAIN.test(name),
        )) {
          it(`leaves all spans by ${name}`, async () => {
            const all = await spans(line, format, way);
            assert.deepEqual(others(all), alone);
            const chats = all.filter(isOurs);
            assert.deepEqual(
              chats.map(({ name }) => name),
              ['chat gpt-4.1-mini'],
            );
            assert.match(pathOf(chats[0] as PrintedSpan, all), /SERVER/);
          });
        }
      });
    }
  }
});

const app = (name: string): string => `apps/neighbours/${name}`;
const url = (name: string): string => new URL(app(name), import.meta.url).href;
const isOurs = ({ scope }: PrintedSpan): boolean => scope.startsWith('@llmtrace/');
const KINDS = ['INTERNAL', 'SERVER', 'CLIENT'];

/** The spans of other libraries, each with its parents, without those of llmtrace. */
const others = (all: PrintedSpan[]): string[] =>
  all
    .filter((span) => !isOurs(span))
    .map((span) => pathOf(span, all))
    .sort();

function pathOf(span: PrintedSpan, all: PrintedSpan[]): string {
  const parent = all.find(({ id }) => id === span.parent);
  const above = parent ? `${pathOf(parent, all)} > ` : span.parent ? '(lost) > ' : '';
  if (isOurs(span)) return above.replace(/ > $/, '');
  return `${above}${KINDS[span.kind] ?? span.kind} ${span.name}`;
}
