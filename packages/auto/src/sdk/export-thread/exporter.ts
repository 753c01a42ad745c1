/** Makes the exporters that the application's thread chose. */
import module from 'node:module';
import type { Encoding } from './otlp.ts';

const require = module.createRequire(import.meta.url);

/** An exporter: to the console, by OTLP over HTTP in an encoding, or of the module at a path. */
export type ExporterChoice = 'console' | Encoding | { readonly path: string };

/** How the exporter of one signal is made. */
interface Makers<Exporter> {
  console(): Exporter;
  otlp(encoding: Encoding): Exporter;
  /** The name of its class in a module. */
  readonly exportName: string;
}

export function makeExporter<Exporter>(choice: ExporterChoice, makers: Makers<Exporter>): Exporter {
  if (choice === 'console') return makers.console();
  if (typeof choice === 'string') return makers.otlp(choice);
  return new (module.createRequire(choice.path)(choice.path)[makers.exportName])();
}

/** Loaded where something is exported by it alone: the console needs none of it. */
export const otlp = () => require('./otlp.ts') as typeof import('./otlp.ts');
