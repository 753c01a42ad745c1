/** The shared state of the page: the address, the state of the viewer, the theme. */
import { batch, computed, effect, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { State } from '../src/api-types.ts';

export const state = signal<State | undefined>(undefined);
export const isConnected = signal(false);
/** Whether the viewer requires a token that this page does not have. */
export const isLocked = signal(false);
export const isLive = signal(true);
/** It rises when the shown data may have changed. */
export const tick = signal(0);
export const address = signal(location.pathname + location.search);
export const url = computed(() => new URL(address.value, location.origin));
export const announcement = signal('');
export const compareWith = signal<string | undefined>(undefined);
export const isHelpOpen = signal(false);

/** A value of the browser's storage; null if there is none, or if the storage is switched off. */
function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
function store(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {}
}

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const knownTheme = THEMES.find((theme) => theme === stored('llmtrace.theme'));
export const theme = signal<Theme>(knownTheme ?? 'auto');
export const hasShortcuts = signal(stored('llmtrace.keys') !== 'off');

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  store('llmtrace.theme', theme.value);
});
effect(() => store('llmtrace.keys', hasShortcuts.value ? 'on' : 'off'));

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
}

addEventListener('popstate', () => {
  address.value = location.pathname + location.search;
});

/** The address with the chosen service, which stays when the screen changes. */
const withService = (to: string): string => {
  const target = new URL(to, location.origin);
  const service = param('service');
  if (service && !target.searchParams.has('service')) target.searchParams.set('service', service);
  return target.pathname + target.search;
};

export function go(to: string, { replace = false } = {}): void {
  const target = withService(to);
  if (target === address.value) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', target);
  address.value = target;
}

export const param = (name: string): string => url.value.searchParams.get(name) ?? '';
export const service = (): string => param('service');

/** Each state of the page is in its address. */
export function setParams(
  values: Readonly<Record<string, string | undefined>>,
  { replace = true } = {},
): void {
  const target = new URL(address.value, location.origin);
  for (const [name, value] of Object.entries(values)) {
    if (value) target.searchParams.set(name, value);
    else target.searchParams.delete(name);
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', target.pathname + target.search);
  address.value = target.pathname + target.search;
}

type Params = Readonly<Record<string, string | number | boolean | undefined>>;

export class Gone extends Error {}

/** Requests data from the viewer. @throws Gone for data that the viewer no longer has */
export async function get<T>(name: string, params: Params = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') query.set(key, String(value));
  }
  const response = await fetch(`/api/${name}${query.size > 0 ? `?${query}` : ''}`);
  if (response.status === 404) throw new Gone();
  if (response.status === 401) isLocked.value = true;
  if (!response.ok) throw new Error(`The viewer answers ${response.status}.`);
  return (await response.json()) as T;
}

export const post = (name: string, body: unknown = {}): Promise<Response> =>
  fetch(`/api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The answer of the viewer under a path, requested again when it may have changed. */
export function useData<T>(name: string, params: Params = {}): T | 'gone' | undefined {
  const key = JSON.stringify([name, params]);
  const [data, setData] = useState<{ key: string; value: T | 'gone' }>();
  useEffect(() => {
    let isOver = false;
    get<T>(name, params).then(
      (value) => isOver || setData({ key, value }),
      (error) => isOver || (error instanceof Gone && setData({ key, value: 'gone' })),
    );
    return () => {
      isOver = true;
    };
  }, [key, tick.value]);
  // The former answer of the same path stays until the new one has arrived.
  return data && JSON.parse(data.key)[0] === name ? data.value : undefined;
}

// The events of the viewer.

const ANNOUNCE_MS = 10_000;
let announcedAt = 0;
let unannounced = { calls: 0, errors: 0 };

/** Announces new calls to screen readers, at long intervals. */
function announceCalls({ newCalls, newErrors }: State): void {
  unannounced = { calls: unannounced.calls + newCalls, errors: unannounced.errors + newErrors };
  if (unannounced.calls === 0 || Date.now() - announcedAt < ANNOUNCE_MS) return;
  const failed = unannounced.errors > 0 ? `, ${unannounced.errors} failed` : '';
  announcement.value = `${unannounced.calls} new calls${failed}`;
  unannounced = { calls: 0, errors: 0 };
  announcedAt = Date.now();
}

let source: EventSource | undefined;

function connect(): void {
  source = new EventSource('/api/stream');
  source.addEventListener('open', () => {
    isConnected.value = true;
  });
  source.addEventListener('error', () => {
    isConnected.value = false;
  });
  source.addEventListener('state', (event) => {
    const next = JSON.parse(event.data) as State;
    batch(() => {
      const hasChanged = state.value?.version !== next.version;
      state.value = next;
      if (isLive.value && hasChanged) tick.value++;
    });
    announceCalls(next);
  });
}

/** A hidden tab closes its event stream, because a browser opens at most six connections to a host. */
function onVisibility(): void {
  if (document.hidden) source?.close();
  else connect();
}

/** Reads the token of the printed address. It follows the `#`, which a browser sends to no server. */
async function login(): Promise<void> {
  const token = /^#token=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(null, '', location.pathname + location.search);
  await post('login', { token });
}

export async function start(): Promise<void> {
  await login();
  await get<State>('state').then(
    (value) => {
      state.value = value;
    },
    () => {},
  );
  if (isLocked.value) return;
  document.addEventListener('visibilitychange', onVisibility);
  if (!document.hidden) connect();
}
