/**
 * Variables of llmtrace that the application sets itself, from a `.env` that it reads (dotenv): llmtrace, which loads first, has
 * read them before. A budget there would hold nowhere, so the first call warns of them.
 */
import { type Finding, note, type Observer, VARIABLES } from '@llmtrace/core/internal';
import { type AutoSettings, variablesInCode } from '../settings.ts';

type Environment = AutoSettings['env'];

/** Read at each need or at the first export, not only when llmtrace starts. */
const READ_LATER = [
  ...['LLMTRACE_QUIET', 'LLMTRACE_DOCTOR', 'LLMTRACE_DOCTOR_FOLDER', 'LLMTRACE_DOCTOR_LIVE'],
  ...['LLMTRACE_EXIT_TIMEOUT_MS', 'LLMTRACE_EXPORT_QUEUE_BYTES'],
];

/** The variables that are read once. */
const readAtStart: readonly string[] = [
  ...VARIABLES.filter((name) => !READ_LATER.includes(name)),
  'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
];

/** The names of variables that have changed since llmtrace read them. Options in code take precedence over variables. */
export function lateVariables(now: Environment, atStart: Environment): string[] {
  const inCode = variablesInCode();
  return readAtStart.filter((name) => !(name in inCode) && now[name] !== atStart[name]);
}

export const lateFinding = (names: readonly string[]): Finding => ({
  code: 'no-effect',
  message: `${listed(names)} changed after llmtrace had started, which has no effect`,
  cure: 'Set it before: in the shell, or with `node --env-file=.env --import @llmtrace/auto`',
  lost: false,
});

const MAX_LISTED = 10;

export const listed = (names: readonly string[]): string =>
  names.length > MAX_LISTED
    ? `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`
    : names.join(', ');

/** The observer that warns of them at the first call. To be made when llmtrace reads its variables. */
export function lateVariablesObserver(): Observer {
  const atStart = Object.fromEntries(readAtStart.map((name) => [name, process.env[name]]));
  let isDecided = false;
  return {
    start() {
      if (isDecided) return;
      isDecided = true;
      const names = lateVariables(process.env, atStart);
      if (names.length > 0) note(lateFinding(names), true);
    },
  };
}
