/**
 * Child processes inherit the flag that preloads llmtrace: from `NODE_OPTIONS`, or from `process.execArgv`, which
 * `fork()` and `cluster` pass on. Node.js resolves a name such as `@llmtrace/auto` from the child's working
 * directory, and the child fails if that has no such package. So the name is replaced by its resolved location.
 */
import { fileURLToPath } from 'node:url';
import { here } from './own-files.ts';

const NAME = '@llmtrace/auto';

const FLAGS = ['--import', '--require', '-r'];

/**
 * A preloading flag and its value: `--import name`, `--import=name`, `-r name`; in `NODE_OPTIONS` it may be quoted.
 */
const FLAG = /(^|\s)(--import|--require|-r)(\s+|=)("?)@llmtrace\/auto(\/hook)?\4(?=\s|$)/g;

/**
 * @param beside the URL of a file in the folder of `index.js` and `hook.js`; undefined in a bundle that is an ES
 * module.
 */
export function preloadByPath(beside: string | undefined): void {
  if (beside === undefined) return;
  const { env, execArgv } = process;
  const options = env['NODE_OPTIONS'];
  if (options?.includes(NAME)) env['NODE_OPTIONS'] = withPaths(options, beside);
  for (const [index, word] of execArgv.entries()) {
    const [flag = '', value] = word.split(/=(.*)/s, 2);
    const before = value === undefined ? (execArgv[index - 1] ?? '') : flag;
    const place = placeOf(before, value ?? word, beside);
    if (place !== undefined) execArgv[index] = value === undefined ? place : `${flag}=${place}`;
  }
}

/** `NODE_OPTIONS` with places for names. */
export const withPaths = (options: string, here: string): string =>
  options.replace(FLAG, (_all, start, flag, between, _quote, hook = '') => {
    const place = placeOf(flag, NAME + hook, here) ?? '';
    return `${start}${flag}${between}${/[\s"\\]/.test(place) ? JSON.stringify(place) : place}`;
  });

/** A URL for `--import`, a path for `--require`; undefined for a flag that does not preload llmtrace. */
function placeOf(flag: string, name: string, here: string): string | undefined {
  if (name !== NAME && name !== `${NAME}/hook`) return undefined;
  const url = new URL(name === NAME ? '../index.js' : '../hook.js', here);
  if (flag === '--import') return url.href;
  return FLAGS.includes(flag) ? fileURLToPath(url) : undefined;
}

/** The package's name for such a location; otherwise the unchanged value. */
export function nameOf(place: string): string {
  const names = here === undefined ? [] : [NAME, `${NAME}/hook`];
  return names.find((name) => FLAGS.some((flag) => placeOf(flag, name, here as string) === place)) ?? place;
}
