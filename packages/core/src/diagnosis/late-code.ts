/** What explains an untraced request is loaded with the engine's code: nearly no process has one. */
import type { originOf } from '../vendor/provider.ts';
import type { whyUntraced } from './explain-untraced.ts';

interface LateCode {
  readonly whyUntraced: typeof whyUntraced;
  readonly originOf: typeof originOf;
}

let load: () => LateCode | undefined = () => undefined;

/** @returns undefined where its file cannot be read. */
export const lateCode = (): LateCode | undefined => load();

export function setLateCode(loader: typeof load): void {
  load = loader;
}
