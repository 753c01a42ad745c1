/** The doctor, where `LLMTRACE_DOCTOR` asks for it; otherwise nothing of it is loaded. */
import module from 'node:module';
import type { AutoSettings } from '../settings.ts';
import type { StartedBy } from './observe.ts';

const require = module.createRequire(import.meta.url);

/** Has this process examined, to be reported at its end. */
export function examineIfAsked({ doctor, doctorFolder }: AutoSettings, by: StartedBy): void {
  if (!doctor && doctorFolder === undefined) return;
  const { startDoctor } = require('./observe.ts') as typeof import('./observe.ts');
  startDoctor(by);
}
