/** How PM2 starts the applications of a project, where its configuration has llmtrace loaded in vain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '@llmtrace/core/internal';

const FILES = [
  'ecosystem.config.cjs',
  'ecosystem.config.js',
  'ecosystem.config.mjs',
  'ecosystem.config.json',
];
/** A configuration is not longer, in characters. */
const MAX_LENGTH = 100_000;

/** The file is not run; its text is sufficient. */
export function pm2Findings(folder: string): Finding[] {
  return FILES.flatMap((name) => {
    const text = textOf(join(folder, name));
    if (!/\bcluster\b/.test(text) || !text.includes('NODE_OPTIONS') || !text.includes('@llmtrace/'))
      return [];
    if (/\bnode_args\b|\binterpreter_args\b/.test(text)) return [];
    return [
      {
        code: 'not-started' as const,
        message: `${join(folder, name)} starts llmtrace by NODE_OPTIONS, which PM2 sets in cluster mode only after Node.js has started; nothing is traced`,
        cure: "Set `node_args: '--import @llmtrace/auto'` there",
        lost: true,
      },
    ];
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, MAX_LENGTH);
  } catch {
    return '';
  }
}
