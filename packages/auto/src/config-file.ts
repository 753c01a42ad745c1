/** The file that `LLMTRACE_CONFIG` names. It holds options that variables cannot express (functions, lists). */
import module from 'node:module';
import { extname, resolve } from 'node:path';
import {
  alarmOnce,
  expectConfig,
  isBudgetStrict,
  isRecord,
  readTextFile,
  refuseAll,
  shown,
  validateConfig,
} from '@llmtrace/core/internal';
import { type AutoConfig, environmentOf, splitOptions } from './auto-options.ts';
import { type Dropped, type Usable, usableOptions } from './usable-options.ts';

/**
 * Loads a configuration, synchronously, so that it is there before the application starts: the default export of a
 * module (`.mjs`, `.cjs`, `.js`, and `.ts`, `.mts`, `.cts` where Node.js strips types), or a JSON file. A file that does
 * not load produces one warning that names it; none of its options is used then. A wrong option is dropped alone, with one
 * warning. With `LLMTRACE_BUDGET_STRICT`, each call is refused if a budget is dropped.
 *
 * @param file relative to the working directory; undefined for none.
 * @param warn emits the warning.
 * @param profile the value of `NODE_ENV`.
 * @returns the configuration, empty if there is none.
 */
export function loadConfigFile(
  file: string | undefined,
  warn: (message: string) => void,
  profile: string | undefined = process.env['NODE_ENV'],
): AutoConfig {
  if (!file) return {};
  const path = resolve(file);
  try {
    const { options, dropped } = usableFile(read(path), profile);
    for (const { option, why } of dropped) warnOf(path, { option, why }, warn);
    return dropped.some(isOfBudget) ? withoutBudget(options) : options;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    warn(`could not use the configuration ${path}: ${why?.replace(/\.$/, '')}. llmtrace runs without it`);
    // It may have had a budget.
    return withoutBudget({});
  }
}

function warnOf(path: string, { option, why }: Dropped, warn: (message: string) => void): void {
  const message = `the configuration ${path}: ${why} llmtrace runs without \`${option}\``;
  // Money may be spent without a limit now, so the warning must be visible without a `diag` logger, too.
  if (isOfBudget({ option })) alarmOnce(message);
  else warn(message);
}

const isOfBudget = ({ option }: Pick<Dropped, 'option'>): boolean =>
  /^(?:profiles\.[^.]*\.)?budget\b/.test(option);

/** The options without a dropped budget. With `LLMTRACE_BUDGET_STRICT`, they refuse each call. */
function withoutBudget(options: AutoConfig): AutoConfig {
  if (!isBudgetStrict()) return options;
  return { ...options, interceptors: [refuseAll('LLMTRACE_CONFIG'), ...(options.interceptors ?? [])] };
}

/** @throws TypeError that names the first unknown or wrong option. */
export function checkOptions(config: unknown): void {
  const { auto, traced } = splitOptions(expectConfig(config));
  environmentOf(auto);
  validateConfig(traced);
}

/** The right options of a file; those of its profile replace them. */
function usableFile(file: unknown, profile: string | undefined): Usable {
  const { $schema: _schema, profiles = {}, ...base } = expectConfig(file);
  const { options, dropped } = usableOptions(base, checkOptions);
  const chosen = profileOf(profiles, profile);
  if (!isRecord(chosen)) {
    const why = `Expected \`profiles\` to be an object of objects, got ${shown(profiles)}.`;
    return { options, dropped: [...dropped, { option: 'profiles', why }] };
  }
  const profiled = usableOptions(chosen, checkOptions);
  const ofProfile = profiled.dropped.map(({ option, why }) => ({
    option: `profiles.${profile}.${option}`,
    why,
  }));
  return { options: { ...options, ...profiled.options }, dropped: [...dropped, ...ofProfile] };
}

/** @returns a value that is not an object if the profiles are wrong. */
function profileOf(profiles: unknown, name: string | undefined): unknown {
  if (!isRecord(profiles)) return undefined;
  return name !== undefined && Object.hasOwn(profiles, name) ? profiles[name] : {};
}

function read(path: string): unknown {
  if (extname(path) === '.json') return JSON.parse(readTextFile(path));
  const require = module.createRequire(path);
  expectRunnable(path, require);
  const loaded = require(path);
  const isModule = loaded?.[Symbol.toStringTag] === 'Module' || loaded?.__esModule === true;
  if (!isModule) return loaded;
  if (loaded.default === undefined) throw new TypeError('Expected the file to have a default export.');
  return loaded.default;
}

/** @throws an error that names the remedy; Node.js would only name the first line that is not JavaScript. */
function expectRunnable(path: string, { extensions }: NodeJS.Require): void {
  const extension = extname(path);
  if (!/^\.[cm]?ts$/.test(extension)) return;
  const isRun = Boolean(process.features.typescript) || extensions['.ts'] !== undefined;
  if (isRun) return;
  throw new Error(
    `Node.js ${process.versions.node} runs no TypeScript by itself (22.18 and later do); write the file as .mjs, or load tsx before llmtrace (\`--require tsx/cjs\`).`,
  );
}
