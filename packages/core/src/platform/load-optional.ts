/** Packages that are used where the application has them. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';

/**
 * Loads an optional package: from beside llmtrace, else from the application's entry point. Undefined: neither has it.
 *
 * The working directory is not searched: it may hold foreign files (an upload, another project's checkout), and
 * loading a package runs its code.
 */
export function loadOptional<T>(name: string): T | undefined {
  for (const from of optionalRoots()) {
    try {
      return createRequire(from)(name) as T;
    } catch {
      // not there; it is optional
    }
  }
  return undefined;
}

/** The files from which optional packages are resolved, the first one first: llmtrace's, and the application's entry. */
export function optionalRoots(): string[] {
  const roots = [import.meta.url, mainFile(), entryFile()];
  return [...new Set(roots.flatMap((root) => root || []))];
}

/** The main module, where it is CommonJS: a process manager may have set it, and not `argv`. */
function mainFile(): string | undefined {
  try {
    return createRequire(process.execPath).main?.filename ?? undefined;
  } catch {
    return undefined;
  }
}

/** Options of Node.js with which `process.argv[1]` is an argument of the application, and not a script. */
const WITHOUT_SCRIPT = /^(?:-[epi]+|--(?:eval|print|interactive)(?:=.*)?)$/s;

/**
 * The script that Node.js runs, by its real path, for a link to it (`node_modules/.bin`) lies elsewhere. Node.js has
 * made it absolute by the time that `--import` runs. Undefined for `node -e`, the REPL and a script on stdin, which
 * have no script: there, `argv[1]` is an ordinary argument.
 */
export function entryFile(
  argv: readonly string[] = process.argv,
  execArgv: readonly string[] = process.execArgv,
): string | undefined {
  const [, script] = argv;
  if (!script || !isAbsolute(script) || execArgv.some((option) => WITHOUT_SCRIPT.test(option)))
    return undefined;
  try {
    return realpathSync(script);
  } catch {
    return script; // `node app` runs app.js
  }
}
