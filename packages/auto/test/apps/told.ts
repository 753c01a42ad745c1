// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints what each vendor's ES modules tell of themselves, where nothing else hooks them: file, class, whether it is one.
import module from 'node:module';
import { tellingLines } from '@llmtrace/core/internal';
import { entry as anthropicEntry } from '@llmtrace/instrumentation-anthropic';
import { entry as googleGenAIEntry } from '@llmtrace/instrumentation-google-genai';
import { entry as googleGenerativeAIEntry } from '@llmtrace/instrumentation-google-generative-ai';
import { entry as openaiEntry } from '@llmtrace/instrumentation-openai';
import { loadSdk } from '@llmtrace/test-fixtures/sdks';
import { initialize, loadSync } from '../../src/esm/loader-hooks.ts';

const openai = openaiEntry.vendor;
const anthropic = anthropicEntry.vendor;
const googleGenAI = googleGenAIEntry.vendor;
const googleGenerativeAI = googleGenerativeAIEntry.vendor;

const vendors = [openai, anthropic, googleGenAI, googleGenerativeAI];
initialize({ files: new Map(vendors.flatMap((vendor) => [...tellingLines(vendor)])), mains: new Map() });
module.registerHooks({ load: loadSync });
const [set = '', name = ''] = process.argv.slice(2);
await loadSdk({ set, package: name, format: 'esm' });

const { told } = Reflect.get(globalThis, Symbol.for('llmtrace.loaded'));
const rows = told.flatMap(([file, classes]: [string, object]) =>
  Object.entries(classes).map(([key, value]) => [file.slice(name.length + 1), key, typeof value]),
);
console.log(JSON.stringify(rows));
