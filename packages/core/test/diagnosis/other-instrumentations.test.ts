import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordDiag } from '@llmtrace/test-fixtures';
import { InstrumentationBase } from '@opentelemetry/instrumentation';
import { otherSpansOf, othersTracing, tellOthers } from '../../src/diagnosis/other-instrumentations.ts';

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

const OPENAI = {
  module: 'openai',
  otherTracers: [['tracing:apm:openai:request:start', 'dd-trace']],
} as const;
const ANTHROPIC = { module: '@anthropic-ai/sdk' };

describe('other libraries that trace the calls', () => {
  const plain = () => {};

  it('is no tool where no method is marked and no channel has a listener', () => {
    assert.deepEqual(othersTracing(OPENAI, [plain, undefined]), []);
  });

  it('is another library where a method is marked', () => {
    assert.deepEqual(othersTracing({ module: 'mistral' }, [plain, wrapped()]), [
      'an instrumentation that is not known',
    ]);
  });

  it('is the tool that listens to a channel of the vendor, while it does', () => {
    const { start } = tracingChannel('apm:openai:request');
    start.subscribe(plain);
    try {
      assert.deepEqual(othersTracing(OPENAI, [plain]), ['dd-trace']);
      assert.deepEqual(othersTracing(ANTHROPIC, [plain]), []);
    } finally {
      start.unsubscribe(plain);
    }
    assert.deepEqual(othersTracing(OPENAI, [plain]), []);
  });

  describe('by the packages that are loaded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-others-'));
    const require = createRequire(join(folder, 'app.js'));
    const packages = ['@opentelemetry/instrumentation-openai', '@acme/instrumentation-anthropic', 'pg'];

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
      const [name] = othersTracing(OPENAI, [wrapped()]);
      assert.equal(
        name,
        '@opentelemetry/instrumentation-openai (OTEL_NODE_DISABLED_INSTRUMENTATIONS=openai)',
      );
      assert.deepEqual(othersTracing(ANTHROPIC, [wrapped()]), ['@acme/instrumentation-anthropic']);
    });

    it('is no package where they wrap nothing', () => assert.deepEqual(othersTracing(OPENAI, [plain]), []));
  });

  it('is logged once', () => {
    const recorder = recordDiag();
    const method = wrapped();
    tellOthers({ module: 'a-vendor' }, () => [method]);
    tellOthers({ module: 'a-vendor' }, () => [method]);
    recorder.stop();
    assert.deepEqual(
      recorder.lines.map(({ text }) => text),
      [
        'llmtrace: calls of a-vendor are also traced by an instrumentation that is not known: each has two spans. ' +
          'Switch one of them off, or take a-vendor from LLMTRACE_INSTRUMENTATIONS',
      ],
    );
  });

  describe('by its packages, and by the tracers of its spans', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrace-others-'));
    const require = createRequire(join(folder, 'app.js'));
    const load = (name: string): void => {
      mkdirSync(join(folder, 'node_modules', name), { recursive: true });
      writeFileSync(join(folder, 'node_modules', name, 'index.js'), '');
      require(name);
    };
    /** The libraries that the warnings name. */
    function namedIn(run: () => void): unknown[] {
      const recorder = recordDiag();
      run();
      recorder.stop();
      return recorder.lines.map(({ text }) => / traced by (.*): /.exec(text)?.[1]);
    }
    const method = wrapped();

    before(() => {
      for (const name of ['openlit', '@acme/instrumentation-b-vendor']) load(name);
    });
    after(() => {
      for (const file of Object.keys(require.cache)) if (file.startsWith(folder)) delete require.cache[file];
      rmSync(folder, { recursive: true });
    });

    it('is named once, whatever tracers it has', () => {
      const named = namedIn(() => {
        tellOthers({ module: 'a-vendor-of-openlit' }, () => [method]);
        const { besides } = otherSpansOf({ module: 'a-vendor-of-openlit' });
        for (const scope of ['@openlit/instrumentation-vllm', '@openlit/instrumentation-openai'])
          besides(scope);
      });
      assert.deepEqual(named, ['openlit']);
    });

    it('is named once among those that may have wrapped the method', () => {
      const named = namedIn(() => {
        tellOthers({ module: 'b-vendor' }, () => [method]);
        otherSpansOf({ module: 'b-vendor' }).besides('@acme/instrumentation-b-vendor');
      });
      assert.equal(named.length, 1);
    });

    it('is named for each SDK, beside other libraries', () => {
      const named = namedIn(() => {
        const { besides } = otherSpansOf({ module: 'c-vendor' });
        for (const scope of ['@acme/instrumentation', '@acme/instrumentation-c-vendor', '@openlit/x'])
          besides(scope);
        otherSpansOf({ module: 'd-vendor' }).besides('@openlit/x');
      });
      assert.deepEqual(named, [
        '@acme/instrumentation',
        '@acme/instrumentation-c-vendor',
        'openlit',
        'openlit',
      ]);
    });
  });

  it('is no reason for a call to fail', () => {
    tellOthers(OPENAI, () => {
      throw new Error('nothing to look at');
    });
  });
});
