/** Small parts that all screens use. */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { classes } from './format.ts';
import { ICONS, type IconName } from './icons.ts';
import { announcement, go, state } from './state.ts';

/** The colour of a model. The order of the models' first calls decides it, so a model keeps its colour. */
export function hue(model: string | undefined): string {
  const place = (state.value?.models ?? []).indexOf(model ?? 'unknown');
  return `var(--m${Math.max(0, place) % 8})`;
}

export const Icon = ({ name, size = 16 }: { name: IconName; size?: number }) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
    <path
      d={ICONS[name]}
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);

const DONE_MS = 1400;

interface CopyProps {
  readonly text: string | (() => string);
  readonly label: string;
  readonly children?: ComponentChildren;
}

export function Copy({ text, label, children }: CopyProps) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), DONE_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async (event: Event) => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
    } catch {
      announcement.value = 'The browser did not allow to copy.';
      return;
    }
    setDone(true);
    announcement.value = `Copied: ${label}`;
  };
  return (
    <button
      type="button"
      class={classes('btn', !children && 'square', isDone && 'done')}
      title={`Copy ${label}`}
      aria-label={children ? undefined : `Copy ${label}`}
      onClick={copy}
    >
      <Icon name={isDone ? 'check' : 'copy'} size={14} />
      {children}
    </button>
  );
}

const STATUS: Record<string, readonly [words: string, path: string]> = {
  ok: ['ok', 'M3.5 8.3l3 3 6-6.6'],
  error: ['failed', 'M4.5 4.5l7 7M11.5 4.5l-7 7'],
  cancelled: ['cancelled', 'M4 8h8'],
  abandoned: ['abandoned', 'M4 8h8'],
  open: ['running', 'M8 2.8a5.2 5.2 0 1 1-5.2 5.2'],
};

export function Status({ value, hasWords = false }: { value: string; hasWords?: boolean }) {
  const [words, path] = STATUS[value] ?? ['', ''];
  const drawing = (
    <path
      d={path}
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  );
  return (
    <span class={`status ${value}`}>
      {hasWords ? (
        <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
          {drawing}
        </svg>
      ) : (
        <svg width="14" height="14" viewBox="0 0 16 16" role="img" aria-label={words}>
          {drawing}
        </svg>
      )}
      {hasWords && words}
    </span>
  );
}

export const Dot = ({ model }: { model: string | undefined }) => (
  <i class="dot" style={{ background: hue(model) }} />
);

export const Model = ({ name }: { name: string | undefined }) => (
  <span class="model">
    <Dot model={name} />
    <span class="clip" title={name}>
      {name ? visible(name) : 'unknown model'}
    </span>
  </span>
);

/** Control, bidi, zero-width and tag characters, which change a text without being visible. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find them
  /([\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}])/u;

/** A text with its invisible characters shown by their numbers. */
export function visible(text: string): ComponentChildren {
  if (!INVISIBLE.test(text)) return text;
  return text.split(INVISIBLE).map((part, index) =>
    // Each second part is a match of the pattern.
    index % 2 === 1 ? (
      <span key={index} class="ctl" title="a character that cannot be seen">
        U+{(part.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}
      </span>
    ) : (
      part
    ),
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MAX_TINTED = 40_000;

function tinted(json: string): ComponentChildren {
  if (json.length > MAX_TINTED) return visible(json);
  const parts: ComponentChildren[] = [];
  let last = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [whole, text, colon] = match;
    parts.push(json.slice(last, match.index));
    const kind = text === undefined ? 'n' : colon ? 'k' : 's';
    parts.push(
      <span key={match.index} class={kind}>
        {visible(text ?? whole)}
      </span>,
      colon,
    );
    last = match.index + whole.length;
  }
  return [...parts, json.slice(last)];
}

const ONE_LINE = 72;

function jsonOf(value: unknown): string | undefined {
  const short = JSON.stringify(value);
  if (short === undefined || short.length > ONE_LINE) return JSON.stringify(value, null, 2);
  return short
    .replace(/([,:{])(?=["\d[tfn-])/g, (sign) => (sign === '{' ? '{ ' : `${sign} `))
    .replace(/\}$/, ' }');
}

/** A box that scrolls; the keyboard can reach it. */
export function Pre({ kind, label, children }: { kind: string; label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must be able to scroll the box
    <pre class={kind} tabIndex={0} role="group" aria-label={label} dir="auto">
      {children}
    </pre>
  );
}

export function Json({ value, label = 'JSON' }: { value: unknown; label?: string }) {
  const text = typeof value === 'string' ? value : jsonOf(value);
  if (text === undefined) return null;
  return (
    <Pre kind="json" label={label}>
      <code>{typeof value === 'string' ? visible(text) : tinted(text)}</code>
    </Pre>
  );
}

/** The current width of an element. */
export function useWidth<T extends HTMLElement>(): [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref.current]);
  return [ref, width];
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly title?: string;
  readonly 'aria-label'?: string;
  readonly 'aria-current'?: 'page' | undefined;
  readonly children: ComponentChildren;
}

/** A link within the page. The browser's keys for a new tab still work. */
export function Link({ to, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    go(to);
  };
  return <a href={to} {...rest} onClick={follow} />;
}

/** Figures in one line, separated by points. */
export const Sum = ({ children }: { children: ComponentChildren }) => <div class="sum">{children}</div>;
export const Point = () => <i aria-hidden="true" />;

/** Makes a click anywhere in a table row follow the row's link. */
export const opens = (to: string) => ({ class: 'click', onClick: () => go(to) });

export const Waiting = () => <div class="page" aria-busy="true" />;

export function Missing({ what, children }: { what: string; children: ComponentChildren }) {
  return (
    <div class="page">
      <header class="pagehead">
        <h1>{what}</h1>
      </header>
      <p class="pad dim">{children}</p>
    </div>
  );
}
