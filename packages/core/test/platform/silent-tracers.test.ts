/** Tracers of a library whose spans those of its instrumentation replace. */
import assert from 'node:assert/strict';
import { LlmInstrumentation, type Vendor } from '../../src/index.ts';
import { isSilent } from '../../src/platform/silent-tracers.ts';

const vendor: Vendor = {
  provider: '',
  module: '@silent/framework',
  extensions: ['.js'],
  main: (exports) => exports,
  client: (self) => self,
  baseURL: () => undefined,
  endpoints: [],
  operations: [
    {
      files: ['runner'],
      className: 'Runner',
      path: 'Runner',
      method: 'run',
      around: ({ original, args }) => original(...args),
    },
  ],
  silentTracers: ['silent-at-once'],
  replacedTracers: ['silent-once-patched'],
};

class Framework extends LlmInstrumentation {
  constructor() {
    super('@llmtrace/instrumentation-framework', '0.1.0', {});
  }

  protected override get vendor(): Vendor {
    return vendor;
  }
}

describe('the tracers of a library', () => {
  it('are silent with its instrumentation, or once a method of the library is patched', () => {
    const tracers = ['silent-at-once', 'silent-once-patched'];
    assert.deepEqual(tracers.map(isSilent), [false, false]);
    const instrumentation = new Framework();
    assert.deepEqual(tracers.map(isSilent), [true, false]);
    instrumentation.instrumentModule({
      Runner: class {
        run(): void {}
      },
    });
    assert.deepEqual(tracers.map(isSilent), [true, true]);
    instrumentation.disable();
  });
});
