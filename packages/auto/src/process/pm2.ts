/**
 * PM2's cluster mode gives an application its environment late: its `ProcessContainer.js`, which runs the
 * application, has it as JSON in `pm2_env` and sets it after the preloaded modules have run. This module sets
 * llmtrace's variables as PM2 does a moment later, so that options apply as in fork mode.
 */

type Environment = Record<string, string | undefined>;

const OURS = /^(?:LLMTRACE|OTEL)_/;

/** @param main the file that the process runs. */
export function adoptPm2Environment(env: Environment = process.env, main = process.argv[1]): void {
  if (!/[\\/]ProcessContainer\.js$/.test(main ?? '')) return;
  for (const [name, value] of Object.entries(parsed(env['pm2_env']))) {
    if (OURS.test(name) && isScalar(value)) env[name] = String(value);
  }
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function parsed(text: string | undefined): object {
  try {
    return Object(JSON.parse(text ?? '{}'));
  } catch {
    return {}; // PM2 itself will fail by it
  }
}
