// Runs the built conformance suite of one version of an SDK, on one Node.js and one line of OpenTelemetry.
import { join } from 'node:path';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { nodeOf, root } from '../lib/npm.mjs';

const BOUND = 300_000;
const file = (name) => join(root, 'scripts', 'matrix', name);

/** Returns the number of passed and failed tests, and the end of the output. */
export async function conformance({ node, sdk, line }) {
  const hook = line === 'otel-3' ? ['-n', `import=${file('otel-3/hook.mjs')}`] : [];
  const { stdout, stderr, signal } = await runApp(join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), {
    ...{ node: nodeOf(node), cwd: root, timeout: BOUND },
    args: [
      ...['--no-config', '-n', 'expose-gc', ...hook, '--timeout', '30000', '--exit'],
      ...['--reporter', join(root, 'test-fixtures', 'reporter.mjs'), file('conformance.spec.mjs')],
    ],
    env: { CASE: sdk.vendor, SET: sdk.set },
  });
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(stdout) ?? [];
  if (passed === undefined)
    return { passed: 0, failed: 1, output: `${signal ?? ''} ${stdout}${stderr}`.slice(-3000) };
  return { passed: Number(passed), failed: Number(failed), output: stdout.slice(-3000) };
}
