/**
 * `@llmtrace/core/record-all`: the one function of core that the export thread of `@llmtrace/auto` needs. It is a file of
 * its own, because the thread would else load all of core: 23 MiB.
 */
export { recordAll } from './observers/metrics/record-all.ts';
