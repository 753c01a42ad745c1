/** All environment variables of llmtrace, and the nearest known name of a misspelt one. */

/** Every `LLMTRACE_*` variable that is read. A test compares the list with the sources and with README.md. */
export const VARIABLES = [
  'LLMTRACE_AGENTS',
  'LLMTRACE_AGENT_USAGE',
  'LLMTRACE_BAGGAGE_KEYS',
  'LLMTRACE_BUDGET_KEY',
  'LLMTRACE_BUDGET_MODE',
  'LLMTRACE_BUDGET_ROLLING',
  'LLMTRACE_BUDGET_RUN_USD',
  'LLMTRACE_BUDGET_STRICT',
  'LLMTRACE_BUDGET_TIME_ZONE',
  'LLMTRACE_BUDGET_TOKENS',
  'LLMTRACE_BUDGET_UNKNOWN',
  'LLMTRACE_BUDGET_USD',
  'LLMTRACE_BUDGET_WINDOW',
  'LLMTRACE_CAPTURE_BLOBS',
  'LLMTRACE_CHUNK_TIMES',
  'LLMTRACE_CONFIG',
  'LLMTRACE_CONSOLE',
  'LLMTRACE_CONTENT_MAX_LENGTH',
  'LLMTRACE_CONTENT_REDACT',
  'LLMTRACE_CONTENT_TOOL_DEFINITIONS',
  'LLMTRACE_COST_SEMCONV',
  'LLMTRACE_DOCTOR',
  'LLMTRACE_DOCTOR_FOLDER',
  'LLMTRACE_DOCTOR_LIVE',
  'LLMTRACE_ENABLED',
  'LLMTRACE_EXIT_TIMEOUT_MS',
  'LLMTRACE_EXPORT',
  'LLMTRACE_EXPORT_QUEUE_BYTES',
  'LLMTRACE_HASH_ATTRIBUTES',
  'LLMTRACE_HASH_SALT',
  'LLMTRACE_HTTP_EXCLUDE',
  'LLMTRACE_HTTP_IDLE_TIMEOUT',
  'LLMTRACE_INSTRUMENTATIONS',
  'LLMTRACE_INTERCEPT_FETCH',
  'LLMTRACE_LOG',
  'LLMTRACE_LOG_HIDE_CONTENT',
  'LLMTRACE_MCP_PROPAGATE',
  'LLMTRACE_METRIC_ATTRIBUTES',
  'LLMTRACE_METRIC_ATTRIBUTE_VALUES',
  'LLMTRACE_MODEL_MAP',
  'LLMTRACE_NATIVE_SPANS',
  'LLMTRACE_PRICES',
  'LLMTRACE_PROMETHEUS_HOST',
  'LLMTRACE_PROMETHEUS_PORT',
  'LLMTRACE_PROVIDER_MAP',
  'LLMTRACE_QUIET',
  'LLMTRACE_RATE_LIMIT',
  'LLMTRACE_RATE_LIMIT_BURST',
  'LLMTRACE_RATE_LIMIT_CONCURRENCY',
  'LLMTRACE_RATE_LIMIT_FOLLOW_VENDOR',
  'LLMTRACE_RATE_LIMIT_KEY',
  'LLMTRACE_RATE_LIMIT_MAX_QUEUE',
  'LLMTRACE_RATE_LIMIT_MAX_WAIT',
  'LLMTRACE_RATE_LIMIT_MODE',
  'LLMTRACE_RATE_LIMIT_REQUESTS_PER_MINUTE',
  'LLMTRACE_RATE_LIMIT_TOKENS_PER_MINUTE',
  'LLMTRACE_REDIS_FALLBACK',
  'LLMTRACE_REDIS_PREFIX',
  'LLMTRACE_REDIS_PROCESSES',
  'LLMTRACE_REDIS_TIMEOUT',
  'LLMTRACE_REDIS_URL',
  'LLMTRACE_REDIS_USAGE',
  'LLMTRACE_REQUEST_ATTRIBUTES',
  'LLMTRACE_REQUEST_STREAM_USAGE',
  'LLMTRACE_RETRY',
  'LLMTRACE_RETRY_BUDGET',
  'LLMTRACE_RETRY_DEADLINE',
  'LLMTRACE_RETRY_INITIAL_INTERVAL',
  'LLMTRACE_RETRY_JITTER',
  'LLMTRACE_RETRY_MAX_INTERVAL',
  'LLMTRACE_RETRY_MAX_RETRIES',
  'LLMTRACE_RETRY_MULTIPLIER',
  'LLMTRACE_SEMCONV',
  'LLMTRACE_START_EVENTS',
  'LLMTRACE_TOKEN_MODALITY',
] as const;

/** Former names of variables, which still work, and their present ones. */
const FORMER_VARIABLES: Readonly<Record<string, (typeof VARIABLES)[number]>> = {
  LLMTRACE_LOG_SANITIZE_CONTENT: 'LLMTRACE_LOG_HIDE_CONTENT',
  LLMTRACE_OPENAI_INJECT_STREAM_USAGE: 'LLMTRACE_REQUEST_STREAM_USAGE',
  LLMTRACE_RATE_LIMIT_ADAPT: 'LLMTRACE_RATE_LIMIT_FOLLOW_VENDOR',
};

const formerNames: ReadonlyMap<string, string> = new Map(
  Object.entries(FORMER_VARIABLES).map(([former, present]) => [present, former]),
);

/** The former name of a variable, if it has one. */
export const formerNameOf = (name: string): string | undefined => formerNames.get(name);

/** Whether llmtrace reads a variable, by its present name or a former one. */
export const isVariable = (name: string): boolean =>
  (VARIABLES as readonly string[]).includes(name) || Object.hasOwn(FORMER_VARIABLES, name);

/** Names beyond this length are cut before they are compared or shown. */
const MAX_NAME = 80;
/** Unknown variables beyond this number are not named: they belong to another program. */
const MAX_UNKNOWN = 10;

/** Variables of `env` that have llmtrace's prefix but an unknown name. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  // Windows finds a variable in any case.
  const asRead = (name: string): string => (process.platform === 'win32' ? name.toUpperCase() : name);
  return Object.keys(env)
    .filter((name) => /^LLMTRACE_/i.test(name) && !isVariable(asRead(name)))
    .slice(0, MAX_UNKNOWN)
    .map((name) => name.slice(0, MAX_NAME));
}

/** The known name that is spelt most like `name`; undefined where none is like it. */
export function nearest(name: string, known: readonly string[], most?: number): string | undefined {
  const wanted = name.slice(0, MAX_NAME).toUpperCase();
  // A third of the name: `opnai` is `openai`, `LLMTRACE_FOO` is nothing.
  let best = (most ?? Math.floor(wanted.replace(/^[A-Z]+_/, '').length / 3)) + 1;
  let found: string | undefined;
  for (const candidate of known) {
    const edits = editsBetween(wanted, candidate.toUpperCase());
    if (edits < best) [best, found] = [edits, candidate];
  }
  return found;
}

/** How many letters to insert, delete or replace to make one text of another. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
