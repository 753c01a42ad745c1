/**
 * The parts that the applications of `describeOperations` share: the load of the SDK, the spans and the output of the
 * application, the play of its scenes.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('application');

/**
 * A function that loads modules beside the manifest in `SDK`, in the format that `FORMAT` names.
 * @param moduleOf the ES module that belongs to a CommonJS file
 */
export function sdkLoader(moduleOf: (file: string) => string): (name: string) => Promise<any> {
  const require = createRequire(process.env['SDK'] ?? import.meta.url);
  return async (name) =>
    process.env['FORMAT'] === 'cjs'
      ? require(name)
      : import(pathToFileURL(moduleOf(require.resolve(name))).href);
}

/** Prints the values, each as JSON, in one line. */
export function show(...values: readonly unknown[]): void {
  process.stdout.write(`${values.map((value) => JSON.stringify(value)).join(' ')}\n`);
}

/** Prints the value that the function returns, or its error. */
export async function attempt(run: () => unknown): Promise<void> {
  try {
    show(await run());
  } catch (caught) {
    const error = caught as Error & { code?: unknown };
    show('failed', error.constructor.name, error.name, error.code, error.message);
  }
}

/** A span of the application, as within one of its tools. It ends one turn of the event loop later. */
export const work = <T>(name: string, value: T): Promise<T> =>
  tracer.startActiveSpan(name, async (span) => {
    await new Promise((resolve) => setImmediate(resolve));
    span.end();
    return value;
  });

/** Plays a scene within its span, and prints whether a span is still active afterwards. */
export async function playScene(name: string, play: () => unknown): Promise<void> {
  show(name);
  await tracer.startActiveSpan(`scene ${name}`, async (span) => {
    await play();
    span.end();
  });
  show('active', trace.getActiveSpan() === undefined);
}

/** Plays all scenes but those that `WITHOUT` names, and prints the number of unhandled rejections after each. */
export async function playScenes(scenes: Readonly<Record<string, () => unknown>>): Promise<void> {
  let unhandled = 0;
  process.on('unhandledRejection', () => unhandled++);
  const without = withoutScenes();
  for (const [name, play] of Object.entries(scenes)) {
    if (without.includes(name)) continue;
    await playScene(name, play);
    show('unhandled', unhandled);
  }
}

/** The names of the scenes that this version of the SDK cannot play. */
export const withoutScenes = (): readonly string[] => (process.env['WITHOUT'] ?? '').split(';');
