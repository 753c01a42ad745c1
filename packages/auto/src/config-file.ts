/** The file that `LLMTRACE_CONFIG` names. It holds options that variables cannot express (functions, lists). */
import module from 'node:module';
import { extname, resolve } from 'node:path';
import {
  isBudgetStrict,
  type LlmTraceConfig,
  readTextFile,
  refuseAll,
  validateConfig,
} from '@llmtrace/core/internal';

/**
 * Loads a configuration, synchronously, so that it is there before the application starts: the default export of a
 * module (`.mjs`, `.cjs`, `.js`, and `.ts` where Node strips types), or a JSON file. A file that does not load, or
 * that has a wrong value, produces one warning that names the file and the field; none of its options is used then.
 * With `LLMTRACE_BUDGET_STRICT`, each call is refused then.
 *
 * @param file relative to the working directory; undefined for none.
 * @param warn emits the warning.
 * @returns the configuration, empty where there is none.
 */
export function loadConfigFile(file: string | undefined, warn: (message: string) => void): LlmTraceConfig {
  if (!file) return {};
  const path = resolve(file);
  try {
    return validateConfig(read(path));
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    warn(`could not use the configuration ${path}: ${why} llmtrace runs without it`);
    // It may have had a budget.
    return isBudgetStrict() ? { interceptors: [refuseAll('LLMTRACE_CONFIG')] } : {};
  }
}

function read(path: string): unknown {
  if (extname(path) === '.json') return JSON.parse(readTextFile(path));
  const loaded = module.createRequire(path)(path);
  const isModule = loaded?.[Symbol.toStringTag] === 'Module' || loaded?.__esModule === true;
  if (!isModule) return loaded;
  if (loaded.default === undefined) throw new TypeError('Expected the file to have a default export.');
  return loaded.default;
}
