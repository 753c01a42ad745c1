// All hosts, in the order of the page.
import { BUNDLERS } from './bundlers.mjs';
import { PROCESSES } from './processes.mjs';
import { RUNNERS } from './runners.mjs';
import { SERVERS } from './servers.mjs';

/**
 * A host: `name`, `group`, `project` (what is installed), `app` (folders of `apps` that make its files), `build`
 * (commands), `start` (a command; `{flags}` are the way's), `drive`, `ways`, and `quick` where CI runs it.
 */
export const HOSTS = [...SERVERS, ...BUNDLERS, ...PROCESSES, ...RUNNERS];

export const rowsOf = (host) => host.ways.map((way) => ({ name: `${host.name} ${way.name}`, host, way }));
