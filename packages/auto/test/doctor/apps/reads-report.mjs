/** Runs until the doctor has reported on it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import OpenAI from 'openai';

new OpenAI({ apiKey: 'none' });
const folder = process.env.LLMTRACE_DOCTOR_FOLDER;
while (readdirSync(folder).length === 0) await setTimeout(20);
process.stdout.write(readFileSync(join(folder, readdirSync(folder)[0])));
process.exit();
