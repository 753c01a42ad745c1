/** The command of the doctor: runs an application, or examines a project, and prints the findings. */
import { allVendors } from '../vendors.ts';
import { parse, USAGE } from './args.ts';
import { VERSIONS } from './examine.ts';
import { projectFindings } from './project.ts';
import { failed, isIdle, isLosing, notStarted } from './report.ts';
import { textOf } from './report-text.ts';
import { examined } from './spawn.ts';

/** @returns 1 where traces are lost, else the exit code of the application. */
export async function diagnose(args: readonly string[]): Promise<number> {
  const { wait, asIs, help, version, command } = parse(args);
  if (help || version) {
    process.stdout.write(help ? USAGE : `${VERSIONS}\n`);
    return 0;
  }
  const { code, reports } = await examined(command, { wait, asIs });
  const modules = allVendors().map(({ vendor }) => vendor.module);
  const ofProject = command.length === 0 ? projectFindings(process.cwd(), modules) : [];
  // A process that a signal ended is not idle: it could not end by itself.
  const hasFailed = code > 0 && code < 128 && reports.every(isIdle);
  const complete = (reports.length > 0 ? reports : [notStarted(command)]).map((report) => ({
    ...report,
    ...(command.length === 0 && { command: `the project in ${process.cwd()}` }),
    findings: [...report.findings, ...ofProject, ...(hasFailed && reports.length > 0 ? [failed(code)] : [])],
  }));
  process.stdout.write(`\n${complete.map(textOf).join('\n')}`);
  return complete.some(isLosing) ? 1 : code;
}
