/** **Findings**: causes that keep calls from being traced or spans from arriving, each with one fix. */
import { type Finding, facts } from '../platform/process-state.ts';
import { warnOnce } from '../platform/warn.ts';

const MAX_FINDINGS = 100;

/**
 * Records a finding once. `warn` also emits a warning: `at once` if the process is about to end and runs no later
 * task.
 */
export function note(finding: Finding, warn: boolean | 'at once'): void {
  const { findings } = facts();
  const isKnown = findings.some(({ code, message }) => code === finding.code && message === finding.message);
  if (!isKnown && findings.length < MAX_FINDINGS) findings.push(finding);
  if (warn) warnOnce(warningOf(finding), warn === 'at once');
}

/** The text of a finding in a warning. */
export const warningOf = ({ message, cure }: Finding): string => `${message}. ${cure}`;
