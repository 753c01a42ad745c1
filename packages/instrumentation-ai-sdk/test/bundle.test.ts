/** The AI SDK 7 in a bundle, where its classes are not found: an agent is known by what it publishes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AUTO, play, type Stage, sorted, startStage, treeOf } from '@llmtrace/test-fixtures/operations';
import { sdkManifest } from '@llmtrace/test-fixtures/sdks';
import { build, stop } from 'esbuild';

const SET = 'ai-7';
const APP = `
  import { createOpenAI } from '@ai-sdk/openai';
  import { generateText, ToolLoopAgent } from 'ai';
  const model = createOpenAI({ apiKey: 'sk-test', baseURL: process.env.OPENAI_BASE_URL }).chat('gpt-4o-mini');
  const { text } = await new ToolLoopAgent({ id: 'writer', model }).generate({ prompt: 'Hi' });
  const streamed = await (await new ToolLoopAgent({ model }).stream({ prompt: 'Hi' })).text;
  const plain = await generateText({ model, prompt: 'Hi' });
  console.log([text, streamed, plain.text].every(Boolean));
`;

describe('the AI SDK 7 in a bundle', function () {
  this.timeout(120_000);
  let stage: Stage;
  let folder: string;
  before(async () => {
    stage = await startStage();
    // In the package, so that the bundle finds what is left out of it.
    folder = mkdtempSync(fileURLToPath(new URL('../.bundle-', import.meta.url)));
    await build({
      stdin: { contents: APP, resolveDir: dirname(sdkManifest(SET)) },
      bundle: true,
      platform: 'node',
      format: 'esm',
      minify: true,
      external: ['@opentelemetry/*'],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      outfile: join(folder, 'app.mjs'),
      logLevel: 'silent',
    });
    await stop();
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stage.close();
  });

  it('has the runs of agents without tools, and no name of them', async () => {
    const app = pathToFileURL(join(folder, 'app.mjs'));
    const { result, spans } = await play(stage, { app, set: SET }, {}, AUTO);
    assert.equal(result.stdout, 'true\n', result.stderr);
    const run = ['invoke_agent', '  chat gpt-4o-mini'];
    assert.deepEqual(sorted(treeOf(spans)), sorted([...run, ...run, 'chat gpt-4o-mini']));
  });
});
