/** Every class that an instrumentation patches is found in the ES modules of the SDK, without the hook of OpenTelemetry. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runApp } from '@llmtrace/test-fixtures/run-app';

const OPENAI_4 = [
  ['resources/audio/speech.mjs', 'Speech'],
  ['resources/audio/transcriptions.mjs', 'Transcriptions'],
  ['resources/audio/translations.mjs', 'Translations'],
  ['resources/chat/completions.mjs', 'Completions'],
  ['resources/completions.mjs', 'Completions'],
  ['resources/embeddings.mjs', 'Embeddings'],
  ['resources/images.mjs', 'Images'],
];
const OPENAI_7 = [
  ...OPENAI_4.filter(([file]) => file !== 'resources/chat/completions.mjs'),
  ['resources/beta/responses/responses.mjs', 'Responses'],
  ['resources/chat/completions/completions.mjs', 'Completions'],
  ['resources/responses/responses.mjs', 'Responses'],
];
const ANTHROPIC = [
  ['resources/beta/messages/messages.mjs', 'Messages'],
  ['resources/messages/messages.mjs', 'Messages'],
];
const GENAI = [
  ['dist/node/index.mjs', 'GoogleGenAI'],
  ['dist/node/index.mjs', 'Models'],
];
const GENERATIVE_AI = [
  ['dist/index.mjs', 'ChatSession'],
  ['dist/index.mjs', 'GenerativeModel'],
];

describe('modules that tell of themselves', () => {
  for (const [set, name, classes] of [
    ['openai-4-oldest', 'openai', OPENAI_4],
    ['openai-7', 'openai', OPENAI_7],
    ['anthropic-1', '@anthropic-ai/sdk', ANTHROPIC],
    ['genai-1', '@google/genai', GENAI],
    ['genai-3', '@google/genai', GENAI],
    ['generative-ai', '@google/generative-ai', GENERATIVE_AI],
  ] as const) {
    it(`are those of ${set}`, async () => {
      const { stdout, stderr } = await runApp(fileURLToPath(new URL('../apps/told.ts', import.meta.url)), {
        flags: ['--conditions=llmtrace:source', '--no-warnings'],
        args: [set, name],
      });
      assert.equal(stderr, '');
      const wanted = classes.map(([file, key]) => [file, key, 'function']);
      assert.deepEqual(JSON.parse(stdout).sort(), wanted.sort());
    });
  }
});
