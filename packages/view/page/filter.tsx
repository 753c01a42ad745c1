/** The field that filters a list; the key `/` focuses it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, visible } from './bits.tsx';
import { setParams } from './state.ts';

type Hint = readonly [example: string, words: string];

export const CALL_HINTS: readonly Hint[] = [
  ['model:gpt-5', 'a part of a name; = is exact'],
  ['is:error', 'also ok, cancelled, streamed, cached, retried, waited, unpriced, content'],
  ['cost>0.01', 'also ms, ttft, tokens, in, out, retries, wait: > < >= <= ='],
  ['user:ann', 'also session, service, provider, root, error, finish, op, trace, span'],
  ['text:refund', 'in the messages, where they are recorded'],
  ['-model:gpt', 'all others'],
];

/** The delay after a key press before the list is requested, in ms. */
const DELAY_MS = 120;

interface FilterProps {
  readonly query: string;
  readonly label: string;
  readonly placeholder: string;
  readonly unknown?: readonly string[];
  readonly hints?: readonly Hint[];
}

function Hints({ hints }: { hints: readonly Hint[] }) {
  return (
    <div class="hints">
      {hints.map(([example, words]) => (
        <button
          key={example}
          type="button"
          tabIndex={-1}
          onMouseDown={(event) => {
            event.preventDefault();
            setParams({ q: example });
          }}
        >
          <code>{example}</code>
          <span class="dim">{words}</span>
        </button>
      ))}
    </div>
  );
}

export function Filter({ query, label, placeholder, unknown = [], hints = [] }: FilterProps) {
  const [text, setText] = useState(query);
  const [hasFocus, setFocus] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const typed = useRef(query);
  useEffect(() => {
    // The query that was typed comes back after it was sent: letters that were typed in the meantime must stay.
    if (query === typed.current) return;
    typed.current = query;
    clearTimeout(timer.current);
    setText(query);
  }, [query]);
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      typed.current = value;
      setParams({ q: value });
    }, DELAY_MS);
  };
  return (
    <div class="filter">
      <Icon name="search" size={14} />
      <input
        id="filter"
        type="search"
        value={text}
        placeholder={placeholder}
        aria-label={label}
        autocomplete="off"
        spellcheck={false}
        onFocus={() => setFocus(true)}
        onBlur={() => setFocus(false)}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
      {unknown.length > 0 && (
        <span class="unknown" role="status">
          not understood, and left out: {visible(unknown.join(' '))}
        </span>
      )}
      {hasFocus && text === '' && hints.length > 0 && <Hints hints={hints} />}
    </div>
  );
}
