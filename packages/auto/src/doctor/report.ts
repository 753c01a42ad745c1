/** The **report**: the findings of one process (or project), as plain data that can be written to a file. */
import { type Finding, printableLines, withoutSecrets } from '@llmtrace/core/internal';

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

/** A report as text, made to be read in a terminal. */
export function textOf(report: Report): string {
  const { command, versions, copies, isOnWire, destination, findings } = report;
  const lines = [
    `llmtrace doctor: ${command}`,
    `  runs     ${versions}`,
    ...copies.map((copy) => `  loaded   ${lineOf(copy, isOnWire)}`),
    `  calls    ${callsOf(report)}`,
    `  spans    ${destination}`,
    ...findings.flatMap(({ code, message, cure, lost }) => [
      `${lost ? '✗' : '!'} ${code}: ${message}.`,
      `    → ${cure}.`,
    ]),
    verdictOf(findings),
  ];
  // Commands, hosts and URLs come from outside.
  return withoutSecrets(printableLines(`${lines.join('\n')}\n`));
}

function lineOf({ module, version, build, folder, methods }: ReportedCopy, isOnWire = false): string {
  const unpatched = isOnWire ? 'not patched, traced by its requests' : 'NOT TRACED';
  const state = methods > 0 ? `traced (${methods} methods)` : unpatched;
  return `${module} ${version} (${build}): ${state}${folder === undefined ? '' : ` ${folder}`}`;
}

function callsOf({ traced, untraced }: Report): string {
  const words = [
    ...traced.map(([name, count]) => `${count} of ${name} traced`),
    ...untraced.map(([name, count]) => `${count} of ${name} NOT TRACED`),
  ];
  return words.join(', ') || 'none was made';
}

function verdictOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return '✓ all is well';
  const losing = findings.filter(({ lost }) => lost).length;
  const isPartial = findings.some(({ code }) => code === 'not-started');
  if (losing === 0) return isPartial ? '! not all was examined' : '✓ nothing is lost';
  return losing === 1 ? '1 finding loses traces' : `${losing} findings lose traces`;
}
