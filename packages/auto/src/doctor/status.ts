/** The **status**: the doctor's facts of a running process, as data. It tries no endpoint and waits for nothing. */
import { type Finding, facts, withoutSecrets } from '@llmtrace/core/internal';
import { lifecycle } from '../process/lifecycle.ts';
import { autoSettings } from '../settings.ts';
import { allVendors } from '../vendors.ts';
import { examine, VERSIONS } from './examine.ts';
import type { ReportedCopy } from './report.ts';

/** The doctor's facts of this process, as plain data. */
export interface LlmtraceStatus {
  /** `off`: llmtrace was not started in this thread, or `LLMTRACE_ENABLED` is false. */
  readonly state: 'off' | 'running' | 'shut-down';
  /** The versions of llmtrace and Node.js, and the platform. */
  readonly versions: string;
  /** The packages that are traced, by their names on npm, and whether their instrumentation is enabled. */
  readonly instrumentations: readonly { readonly module: string; readonly enabled: boolean }[];
  /** The copies of SDKs that were patched. */
  readonly copies: readonly ReportedCopy[];
  /** The number of calls so far, by SDK or by host. */
  readonly traced: Readonly<Record<string, number>>;
  /** The number of requests so far that were seen and not traced, by SDK or by host. */
  readonly untraced: Readonly<Record<string, number>>;
  /** The destination of the spans, in words: `to http://localhost:4318 (OTLP, http/protobuf)`. */
  readonly destination: string;
  /** Faults and facts, each with one cure, by the codes of docs/doctor.md. */
  readonly findings: readonly Finding[];
}

export function statusOf(): LlmtraceStatus {
  const running = lifecycle();
  const { instrumentations } = facts();
  const report = examine({
    settings: autoSettings(),
    vendors: allVendors().map(({ vendor }) => vendor),
    loaded: [],
    ways: new Set(running ? ['auto'] : []),
    envAtStart: process.env,
    missing: 0,
    isTrying: false,
  });
  const { copies, traced, untraced, destination, findings } = report;
  return {
    state: running?.state ?? 'off',
    versions: VERSIONS,
    instrumentations: instrumentations.map((instrumentation) => ({
      module: instrumentation.module,
      enabled: instrumentation.isEnabled(),
    })),
    copies,
    traced: Object.fromEntries(traced),
    untraced: Object.fromEntries(untraced),
    destination: withoutSecrets(destination),
    findings: findings.map(({ message, cure, ...rest }) => ({
      ...rest,
      message: withoutSecrets(message),
      cure: withoutSecrets(cure),
    })),
  };
}
