/** ts-node beside `--import`: Node.js then loads the application as an ES module, past ts-node, and fails. */
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

export function noteTsNode(): void {
  const { argv, execArgv, env } = process;
  if (!isTsNodePassedBy({ argv, execArgv, nodeOptions: env['NODE_OPTIONS'] ?? '' })) return;
  note(
    {
      code: 'not-started',
      message:
        'ts-node does not work beside `--import`: Node.js loads the application past it, and fails, or leaves out what ts-node does',
      cure: 'Start with `--require @llmtrace/auto` in place of `--import`',
      lost: true,
    },
    true,
  );
}
