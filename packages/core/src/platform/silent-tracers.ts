/** The names of the tracers of libraries whose spans the provider of `@llmtrace/auto` does not make. */
import { sharedInProcess } from './shared-in-process.ts';

const SILENT = Symbol.for('llmtrace.silent-tracers');

const names = (): Set<string> => sharedInProcess(SILENT, () => new Set<string>());

export function silenceTracers(tracers: readonly string[] = []): void {
  for (const tracer of tracers) names().add(tracer);
}

export const isSilent = (tracer: string): boolean => names().has(tracer);
