/**
 * `@llmtrace/auto/config`: what a configuration file needs. It starts nothing, so that the file can import it while
 * `@llmtrace/auto` loads the file.
 */
import type { AutoConfig } from './auto-options.ts';

export type { AutoConfig, AutoOptions, ExporterName, ExporterOptions } from './auto-options.ts';

/** A configuration file: options, and options that are different where `NODE_ENV` has a name. */
export interface AutoConfigFile extends AutoConfig {
  /** By `NODE_ENV`: each field that a profile sets replaces that field of the file. */
  profiles?: Readonly<Record<string, AutoConfig>>;
}

/** Returns `config`: an editor then knows its type, in JavaScript too. */
export const defineConfig = (config: AutoConfigFile): AutoConfigFile => config;
