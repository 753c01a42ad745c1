/** Packages that are used where the application has them. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Loads an optional package: from beside llmtrace, else from the application's folder. Undefined: it has none. */
export function loadOptional<T>(name: string): T | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from)(name) as T;
    } catch {
      // not there; it is optional
    }
  }
  return undefined;
}
