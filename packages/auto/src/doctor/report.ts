/** The **report**: the findings of one process (or project), as plain data that can be written to a file. */
import type { Finding } from '@llmtrace/core/internal';

/** A copy of an SDK, and how it is traced. */
export interface ReportedCopy {
  readonly module: string;
  readonly version: string;
  readonly build: string;
  /** Where it was loaded from, where that is known. */
  readonly folder: string | undefined;
  /** How many of its methods were patched. */
  readonly methods: number;
}

export interface Report {
  /** `node` and its arguments. */
  readonly command: string;
  readonly versions: string;
  readonly copies: readonly ReportedCopy[];
  /** Calls, by SDK or by host. */
  readonly traced: readonly (readonly [string, number])[];
  readonly untraced: readonly (readonly [string, number])[];
  /** Whether requests are observed, so that calls of a copy without patches are traced by their requests. */
  readonly isOnWire?: boolean | undefined;
  /** Where the spans go. */
  readonly destination: string;
  readonly findings: readonly Finding[];
}

/** Whether traces are lost. */
export const isLosing = ({ findings }: Pick<Report, 'findings'>): boolean =>
  findings.some(({ lost }) => lost);

/** Whether nothing of an SDK was seen in the process. */
export const isIdle = ({ copies, traced, untraced }: Report): boolean =>
  copies.length + traced.length + untraced.length === 0;

/** The addition to the report of an application that failed before it used an SDK. */
export const failed = (code: number): Finding => ({
  code: 'not-started',
  message: `the application ended with code ${code} and had used no SDK; nothing is known of its calls`,
  cure: 'Look at what it says itself, and at the name of its file',
  lost: true,
});

/** The report on a command of which no process of node has reported. */
export const notStarted = (command: readonly string[]): Report => ({
  command: command[0] ?? '',
  versions: `Node.js ${process.versions.node}, ${process.platform}`,
  copies: [],
  traced: [],
  untraced: [],
  destination: 'unknown',
  findings: [
    {
      code: 'not-started',
      message:
        'no process of node that the command started has come to its end and reported; nothing is known of it',
      cure: 'Name the file of the application itself; one that is killed reports nothing',
      lost: true,
    },
  ],
});
