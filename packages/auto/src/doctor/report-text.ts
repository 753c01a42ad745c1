/** A report as text. It is apart from the report: a command that only starts a process loads no OpenTelemetry for it. */
import { type Finding, printableLines, withoutSecrets } from '@llmtrace/core/internal';
import type { Report, ReportedCopy } from './report.ts';

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
