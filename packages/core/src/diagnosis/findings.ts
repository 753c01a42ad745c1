/** **Findings**: what keeps calls from being traced, or spans from arriving, each with the one thing to do. */
import { facts } from '../platform/process-state.ts';
import { warnOnce } from '../platform/warn.ts';

/** What can be wrong, each explained in `docs/doctor.md`. */
export const FINDING_CODES = [
  'bundled',
  'loaded-before',
  'hook-missing',
  'unknown-shape',
  'untraced',
  'disabled',
  'second-instrumentation',
  'no-provider',
  'exporter',
  'exporter-unreachable',
  'export-endpoint',
  'export-unauthorized',
  'export-path',
  'export-busy',
  'export-size',
  'export-tls',
  'export-rejected',
  'export-failed',
  'export-dropped',
  'export-unsent',
  'export-thread',
  'export-recovered',
  'elsewhere',
  'not-sampled',
  'api-versions',
  'native-tracing',
  'no-sdk',
  'not-installed',
  'not-started',
  'node-version',
  'setting',
  'no-effect',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** Something that is wrong, or that whoever looks should know. */
export interface Finding {
  readonly code: FindingCode;
  /** The cause: a sentence without a full stop. */
  readonly what: string;
  /** The one thing to do. */
  readonly cure: string;
  /** Whether calls are not traced, or their spans arrive nowhere. */
  readonly lost: boolean;
}

const MAX_FINDINGS = 100;

/**
 * Notes a finding, once. `warn` also warns whoever runs the application: `at once` where the process is about to end
 * and runs no later task.
 */
export function note(finding: Finding, warn: boolean | 'at once'): void {
  const { findings } = facts();
  const isKnown = findings.some(({ code, what }) => code === finding.code && what === finding.what);
  if (!isKnown && findings.length < MAX_FINDINGS) findings.push(finding);
  if (warn) warnOnce(warningOf(finding), warn === 'at once');
}

/** A finding, as it is said in a warning. */
export const warningOf = ({ what, cure }: Finding): string => `${what}. ${cure}`;
