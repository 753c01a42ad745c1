/** The trace context that the CLI gets, and what the usage of a process counts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AUTO, type Play, play, spanNamed, startStage } from '@llmtrace/test-fixtures/operations';
import { runApp } from '@llmtrace/test-fixtures/run-app';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';

describe('the CLI of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrace-cli-'));
  let traced: Play;
  before(async function () {
    this.timeout(300_000);
    const stage = await startStage();
    const suite = { app: new URL('apps/app.mjs', import.meta.url), set: 'claude-agent-sdk' };
    const env = { FORMAT: 'esm', ONLY: 'a run,two models', CLI_FOLDER: folder, LLMTRACE_CONSOLE: 'true' };
    traced = await play(stage, suite, env, AUTO);
    await stage.close();
  });

  it('gets the trace context from the SDK, with the span of the agent', () => {
    const [first = ''] = readFileSync(join(folder, 'traceparents'), 'utf8').split('\n');
    const { traceId, spanId } = spanNamed(traced.spans, 'invoke_agent');
    assert.match(first, new RegExp(`^00-${traceId}-${spanId}-0[01]$`));
  });

  it('is in the tree and in the table of the console, by its models', () => {
    const lines = traced.result.stderr.split('\n').map((line) => line.trim().split(/\s{2,}/));
    const runs = lines
      .filter(([, label]) => label === 'invoke_agent')
      .map(([, , input, output, cost]) => [input, output, cost]);
    assert.deepEqual(runs, [
      ['130 in', '50 out', '$0.0100'],
      ['137 in', '53 out', '$0.0101'],
    ]);
    const rows = lines
      .filter(([label = '']) => /^(?:anthropic|total)/.test(label))
      .map((row) => row.slice(0, 6));
    assert.deepEqual(rows, [
      ['anthropic claude-sonnet-4-5-20250929', '2', '0', '260', '100', '$0.0200'],
      ['anthropic claude-haiku-4-5-20251001', '1', '0', '7', '3', '$0.000100'],
      ['total', '3', '0', '267', '103', '$0.0201'],
    ]);
  });
});

describe('a run that is dropped', () => {
  it('ends when it is collected, with its tools and what is known of its usage', async function () {
    this.timeout(120_000);
    const { stdout, stderr } = await runApp(fileURLToPath(new URL('apps/collected.mjs', import.meta.url)), {
      flags: ['--expose-gc', '--import', '@llmtrace/auto/hook'],
      env: { SDK: sdkManifest('claude-agent-sdk'), CLI_FOLDER: mkdtempSync(join(tmpdir(), 'llmtrace-cli-')) },
      timeout: 100_000,
    });
    assert.deepEqual(
      JSON.parse(stdout),
      [
        ['execute_tool Bash', 'abandoned', null],
        ['invoke_agent', 'abandoned', null],
        ['invoke_agent', 'abandoned', 0.000135],
      ],
      stderr,
    );
  });
});
