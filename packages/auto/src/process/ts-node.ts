/**
 * ts-node, and other hooks of `require` that compile TypeScript, beside `--import`: Node.js then loads the application as an ES
 * module, past the hook, and fails.
 */
import { note } from '@llmtrace/core/internal';

interface Launch {
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly nodeOptions: string;
}

/** Whether ts-node is to compile the application, and `--import` keeps it from doing so. */
export function isTsNodePassedBy({ argv, execArgv, nodeOptions }: Launch): boolean {
  const flags = [...execArgv, ...nodeOptions.split(/\s+/)];
  const runsTsNode = [argv[1] ?? '', ...flags].some((word) => /(?:^|[\\/=])ts-node(?:$|[\\/.])/.test(word));
  const hasLoader = flags.some((word) => /ts-node[\\/]esm|^--(?:experimental-)?loader\b/.test(word));
  return runsTsNode && !hasLoader && flags.some((word) => /^--import\b/.test(word));
}

const HOOKS =
  /(?:^|[\\/=])(@babel\/register|@swc\/register|@swc-node\/register|esbuild-register|esbuild-runner|sucrase\/register)(?:$|[\\/.])/;
const COMPILED = /\.(?:[cm]?tsx?|jsx)$/;

/** The hook that is to compile the application, where `--import` keeps it from doing so: `-r esbuild-register app.ts`. */
export function hookPassedBy({ argv, execArgv, nodeOptions }: Launch): string | undefined {
  const flags = [...execArgv, ...nodeOptions.split(/\s+/)];
  if (!COMPILED.test(argv[1] ?? '') || !flags.some((word) => /^--import\b/.test(word))) return undefined;
  const required = flags.filter(
    (word, i) => /^--require=/.test(word) || /^(?:-r|--require)$/.test(flags[i - 1] ?? ''),
  );
  return required.map((word) => HOOKS.exec(word)?.[1]).find((name) => name !== undefined);
}

export function noteTsNode(): void {
  const { argv, execArgv, env } = process;
  const launch = { argv, execArgv, nodeOptions: env['NODE_OPTIONS'] ?? '' };
  const hook = isTsNodePassedBy(launch) ? 'ts-node' : hookPassedBy(launch);
  if (hook === undefined) return;
  note(
    {
      code: 'not-started',
      message: `${hook} does not work beside \`--import\`: Node.js loads the application past it, and fails, or leaves out what ${hook} does`,
      cure: 'Start with `--require @llmtrace/auto` in place of `--import`',
      lost: true,
    },
    'at once', // the application may fail before the next task
  );
}
