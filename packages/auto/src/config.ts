/**
 * `@llmtrace/auto/config`: the function and the types for a configuration file. It does not start llmtrace, so that the
 * file can import it while `@llmtrace/auto` loads the file.
 */
import type { AutoConfig } from './auto-options.ts';

export type { AutoConfig, AutoOptions, ExporterName, ExporterOptions } from './auto-options.ts';

/** A configuration file: options, and profiles with other options for values of `NODE_ENV`. */
export interface AutoConfigFile extends AutoConfig {
  /** The profiles by `NODE_ENV`. Each field of a profile replaces that field of the file. */
  profiles?: Readonly<Record<string, AutoConfig>>;
}

/** Returns `config`. It gives editors the type, also in JavaScript. */
export const defineConfig = (config: AutoConfigFile): AutoConfigFile => config;
