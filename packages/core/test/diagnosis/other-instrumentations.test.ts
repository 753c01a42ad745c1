import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordDiag } from '@llmtrace/test-fixtures';
import { InstrumentationBase } from '@opentelemetry/instrumentation';
import { othersTracing, tellOthers } from '../../src/diagnosis/other-instrumentations.ts';

/** A method as OpenTelemetry's own helper leaves it. */
function wrapped(): unknown {
  class Neighbour extends InstrumentationBase {
    constructor() {
      super('neighbour', '1.0.0', {});
    }
    override init() {
      return [];
    }
    wrap(holder: { create(): void }): void {
      this._wrap(holder, 'create', (original) => () => original());
    }
  }
  const holder = { create() {} };
  new Neighbour().wrap(holder);
  return holder.create;
}

describe('who else traces the calls', () => {
  const plain = () => {};

  it('is nobody where no method is marked and no channel listened to', () => {
    assert.deepEqual(othersTracing('openai', [plain, undefined]), []);
  });

  it('is somebody where a method is marked', () => {
    assert.deepEqual(othersTracing('openai', [plain, wrapped()]), ['an instrumentation that is not known']);
  });

  const LISTENERS = [
    ['apm:openai:request', 'openai', 'dd-trace (DD_TRACE_OPENAI_ENABLED=false)'],
    ['apm:anthropic:request', '@anthropic-ai/sdk', 'dd-trace (DD_TRACE_ANTHROPIC_ENABLED=false)'],
    ['apm:google:genai:request', '@google/genai', 'dd-trace (DD_TRACE_GOOGLE_GENAI_ENABLED=false)'],
    ['orchestrion:openai:chat', 'openai', '@sentry/node'],
    ['orchestrion:@anthropic-ai/sdk:chat', '@anthropic-ai/sdk', '@sentry/node'],
    ['orchestrion:@google/genai:generate-content', '@google/genai', '@sentry/node'],
  ] as const;
  for (const [channel, module, name] of LISTENERS) {
    it(`is ${name} while it listens to ${channel}`, () => {
      const { start } = tracingChannel(channel);
      start.subscribe(plain);
      try {
        assert.deepEqual(othersTracing(module, [plain]), [name]);
      } finally {
        start.unsubscribe(plain);
      }
      assert.deepEqual(othersTracing(module, [plain]), []);
    });
  }

  describe('by the packages that are loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-others-'));
    const require = createRequire(join(folder, 'app.js'));
    const packages = ['@opentelemetry/instrumentation-openai', '@somebody/instrumentation-anthropic', 'pg'];

    before(() => {
      for (const name of packages) {
        mkdirSync(join(folder, 'node_modules', name), { recursive: true });
        writeFileSync(join(folder, 'node_modules', name, 'index.js'), '');
        require(name);
      }
    });
    after(() => {
      for (const name of packages) delete require.cache[require.resolve(name)];
      rmSync(folder, { recursive: true });
    });

    it('is named, with its switch', () => {
      const [name] = othersTracing('openai', [wrapped()]);
      assert.equal(
        name,
        '@opentelemetry/instrumentation-openai (OTEL_NODE_DISABLED_INSTRUMENTATIONS=openai)',
      );
      assert.deepEqual(othersTracing('@anthropic-ai/sdk', [wrapped()]), [
        '@somebody/instrumentation-anthropic',
      ]);
    });

    it('is nobody where they wrap nothing', () => assert.deepEqual(othersTracing('openai', [plain]), []));
  });

  it('is said once', () => {
    const recorder = recordDiag();
    const method = wrapped();
    tellOthers('a-vendor', () => [method]);
    tellOthers('a-vendor', () => [method]);
    recorder.stop();
    assert.deepEqual(
      recorder.lines.map(({ text }) => text),
      [
        'llmtrace: calls of a-vendor are also traced by an instrumentation that is not known: each has two spans. ' +
          'Switch one of them off, or take a-vendor from LLMTRACE_INSTRUMENTATIONS',
      ],
    );
  });

  it('is no reason for a call to fail', () => {
    tellOthers('openai', () => {
      throw new Error('nothing to look at');
    });
  });
});
