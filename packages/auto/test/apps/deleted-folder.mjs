// Preloaded: the process then runs in a folder that does not exist any more.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'llmtrace-'));
process.chdir(folder);
rmSync(folder, { recursive: true });
