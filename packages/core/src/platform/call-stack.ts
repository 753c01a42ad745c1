/** The files on the call stack below Node.js' own frames: the code that caused Node.js to act. */
import { pathOfUrl } from './packages.ts';

const FRAMES = 100;

/**
 * The files of the application and its packages on the call stack, the innermost first. For rare use: capturing such
 * a stack takes some tens of microseconds.
 */
export function callers(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    // Call sites name the files that really run: a source map would turn a bundle's into those that it was made of.
    Error.prepareStackTrace = (_error, sites) => sites;
    const sites = new Error().stack as unknown as NodeJS.CallSite[];
    const files = sites.map((site) => site.getFileName() ?? '');
    // Above Node's first frame it is us.
    const beneath = files.slice(files.findIndex((file) => file.startsWith('node:')) + 1);
    return [...new Set(beneath.filter((file) => /^(?:file:|\/|[a-z]:\\)/i.test(file)).map(pathOf))];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const pathOf = (file: string): string =>
  (file.startsWith('file:') ? (pathOfUrl(file) ?? file) : file).replaceAll('\\', '/');
