// All hosts, in the order of the page.
import { BUNDLERS } from './bundlers.mjs';
import { FRAMEWORKS } from './frameworks.mjs';
import { FUNCTIONS } from './functions.mjs';
import { OTHERS } from './managers.mjs';
import { NEXT } from './next.mjs';
import { PROCESSES } from './processes.mjs';
import { RUNNERS } from './runners.mjs';
import { SERVERS } from './servers.mjs';

/**
 * A host: `name`, `group`, `project` (what is installed), `app` (folders of `apps` that make its files), `build`
 * (commands), `start` (a command; `{flags}` are the way's), `drive`, `ways`, and `quick` where CI runs it: all of its
 * ways that do not have `quick: false`, or those that are named.
 */
export const HOSTS = [
  ...SERVERS,
  ...NEXT,
  ...FRAMEWORKS,
  ...BUNDLERS,
  ...FUNCTIONS,
  ...PROCESSES,
  ...RUNNERS,
  ...OTHERS,
];

export const rowsOf = (host) => host.ways.map((way) => ({ name: `${host.name} ${way.name}`, host, way }));
