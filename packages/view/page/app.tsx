/** The page: the navigation at the left, and next to it the screen of the current address. */
import { Component, type ComponentChildren, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, Link } from './bits.tsx';
import { Calls } from './calls.tsx';
import { Compare } from './compare.tsx';
import { Errors } from './errors.tsx';
import { bytes, classes, noun, short } from './format.ts';
import type { IconName } from './icons.ts';
import { isField } from './keys.ts';
import { Overview } from './overview.tsx';
import { Session } from './session.tsx';
import { Sessions } from './sessions.tsx';
import { Keys, Locked, Setup } from './setup.tsx';
import {
  announcement,
  compareWith,
  go,
  hasShortcuts,
  isConnected,
  isHelpOpen,
  isLive,
  isLocked,
  nextTheme,
  service,
  setParams,
  start,
  state,
  theme,
  url,
} from './state.ts';
import { Trace } from './trace.tsx';
import { Traces } from './traces.tsx';

interface Place {
  readonly to: string;
  readonly words: string;
  readonly icon: IconName;
  readonly key: string;
}

const PLACES: readonly Place[] = [
  { to: '/', words: 'Overview', icon: 'overview', key: 'o' },
  { to: '/calls', words: 'Calls', icon: 'calls', key: 'c' },
  { to: '/traces', words: 'Traces', icon: 'traces', key: 't' },
  { to: '/sessions', words: 'Sessions', icon: 'sessions', key: 's' },
  { to: '/errors', words: 'Errors', icon: 'errors', key: 'e' },
  { to: '/compare', words: 'Compare', icon: 'compare', key: 'm' },
  { to: '/setup', words: 'Setup', icon: 'setup', key: 'u' },
];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function Screen() {
  const [, first = '', second = ''] = url.value.pathname.split('/');
  const id = decoded(second);
  switch (first) {
    case '':
      return <Overview />;
    case 'calls':
      return <Calls />;
    case 'traces':
      return id ? <Trace key={id} id={id} /> : <Traces />;
    case 'sessions':
      return id ? <Session key={id} id={id} /> : <Sessions />;
    case 'errors':
      return <Errors />;
    case 'compare':
      return <Compare />;
    case 'setup':
      return <Setup />;
    default:
      return (
        <div class="page">
          <header class="pagehead">
            <h1>No such page</h1>
          </header>
          <p class="pad dim">
            <Link to="/">To the overview</Link>
          </p>
        </div>
      );
  }
}

/** Shows an error of a screen in its place; the rest of the page stays. */
class Boundary extends Component<{ children: ComponentChildren }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static override getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class="page">
        <header class="pagehead">
          <h1>This screen has failed</h1>
        </header>
        <p class="pad dim">
          {error.message}{' '}
          <button type="button" class="btn" onClick={() => this.setState({ error: undefined })}>
            Try again
          </button>
        </p>
      </div>
    );
  }
}

function Count({ to }: { to: string }) {
  const viewer = state.value;
  if (to === '/calls' && viewer) return <em>{short(viewer.calls)}</em>;
  if (to === '/traces' && viewer) return <em>{short(viewer.traces)}</em>;
  if (to === '/compare' && compareWith.value) return <em class="on">A</em>;
  const isLosing = viewer?.doctor.some(({ findings }) => findings.some(({ lost }) => lost));
  return to === '/setup' && isLosing ? <em class="bad">!</em> : null;
}

function Services() {
  const services = state.value?.services ?? [];
  if (services.length < 2) return null;
  return (
    <label class="svc">
      <span>Service</span>
      <select value={service()} onChange={(event) => setParams({ service: event.currentTarget.value })}>
        <option value="">all</option>
        {services.map(([name]) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Foot() {
  const viewer = state.value;
  const [kind, words] = !isConnected.value
    ? ['off', 'The viewer has ended']
    : isLive.value
      ? ['on', 'Live']
      : ['paused', 'Paused'];
  const icon = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
  return (
    <div class="foot">
      <p class={classes('conn', kind)}>
        <span class="pulse" />
        {words}
      </p>
      {viewer && (
        <p class="dim">
          {short(viewer.spans)} {noun(viewer.spans, 'span')} · {bytes(viewer.bytes)}
        </p>
      )}
      <p class="tools">
        <button
          type="button"
          class="btn square"
          aria-label={`Colours: ${theme.value}`}
          title={`Colours: ${theme.value} (d)`}
          onClick={nextTheme}
        >
          <Icon name={icon[theme.value]} size={14} />
        </button>
        <button
          type="button"
          class="btn square"
          aria-label="Keys"
          title="Keys (?)"
          onClick={() => {
            isHelpOpen.value = true;
          }}
        >
          <Icon name="help" size={14} />
        </button>
      </p>
    </div>
  );
}

const Navigation = ({ at }: { at: string }) => (
  <nav aria-label="Main">
    <p class="brand">
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        <path
          d="M2 5h9M5 10h12M8 15h7"
          fill="none"
          stroke="currentColor"
          stroke-width="2.4"
          stroke-linecap="round"
        />
      </svg>
      <b>llmtrace</b>
    </p>
    <ul>
      {PLACES.map(({ to, words, icon, key }) => (
        <li key={to}>
          <Link to={to} aria-current={at === to ? 'page' : undefined} title={`${words} (g ${key})`}>
            <Icon name={icon} />
            <span>{words}</span>
            <Count to={to} />
          </Link>
        </li>
      ))}
    </ul>
    <Services />
    <Foot />
  </nav>
);

function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    isHelpOpen.value = false;
  };
  return (
    <dialog ref={dialog} aria-labelledby="h-help" onClose={close}>
      <div class="pagehead">
        <h2 id="h-help">Keys</h2>
        <span class="grow" />
        <button type="button" class="btn square" aria-label="Close" onClick={close}>
          <Icon name="x" size={14} />
        </button>
      </div>
      <Keys />
    </dialog>
  );
}

/** The time in which a letter may follow `g`, in ms. */
const SEQUENCE_MS = 1200;

const KEYS: Record<string, () => void> = {
  '/': () => document.getElementById('filter')?.focus(),
  l: () => {
    isLive.value = !isLive.value;
  },
  d: nextTheme,
  '?': () => {
    isHelpOpen.value = true;
  },
};

let sinceG = 0;

function onKey(event: KeyboardEvent): void {
  if (!isForPage(event)) return;
  const isSecond = Date.now() - sinceG < SEQUENCE_MS;
  sinceG = event.key === 'g' && !isSecond ? Date.now() : 0;
  if ((isSecond ? goBy : act)(event.key)) claim(event);
}

function useGlobalKeys(): void {
  useEffect(() => {
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, []);
}

/** Handles `g` and the letter after it before the keys of the lists: `g c` must not act as `c`. */
function claim(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

const isForPage = (event: KeyboardEvent): boolean =>
  hasShortcuts.value &&
  !isHelpOpen.value &&
  !isField(event.target) &&
  !(event.metaKey || event.ctrlKey || event.altKey);

/** @returns whether the key has opened a screen. */
function goBy(key: string): boolean {
  const place = PLACES.find((each) => each.key === key);
  if (place) go(place.to);
  return place !== undefined;
}

function act(key: string): boolean {
  const action = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  action?.();
  return action !== undefined;
}

function App() {
  const at = `/${url.value.pathname.split('/')[1] ?? ''}`;
  useGlobalKeys();
  useEffect(() => {
    const words = PLACES.find(({ to }) => to === at)?.words;
    document.title = words ? `${words} · llmtrace` : 'llmtrace';
  }, [at]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Navigation at={at} />
      <main id="main" tabIndex={-1}>
        <Boundary key={url.value.pathname}>{isLocked.value ? <Locked /> : <Screen />}</Boundary>
      </main>
      <p class="sr" role="status" aria-live="polite">
        {announcement.value}
      </p>
      {isHelpOpen.value && <Help />}
    </>
  );
}

const root = document.getElementById('app');
if (root) render(<App />, root);
start();
