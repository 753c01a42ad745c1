/** The keys of lists. Each looks its action up when it is pressed, so that a late render loses no key. */
import { useEffect, useRef } from 'preact/hooks';
import { hasShortcuts } from './state.ts';

export interface Pressed {
  readonly event: KeyboardEvent;
  /** Whether the list itself has the focus: then it also handles arrows and page keys. */
  readonly isInList: boolean;
}

const FIELDS = 'input,textarea,select';

export const isField = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches(FIELDS);
const isInPanel = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.panel') !== null;

/** The keys that work also if the details have the focus. */
const FROM_PANEL = new Set(['Escape', 'j', 'k', 'c']);

function isMeant(event: KeyboardEvent, isInList: boolean): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey || isField(event.target)) return false;
  if (document.querySelector('dialog[open]')) return false;
  if (!isInList && !hasShortcuts.value && event.key !== 'Escape') return false;
  return !isInPanel(event.target) || FROM_PANEL.has(event.key);
}

/** @param press returns whether it handled the key. */
export function useKeys(
  list: { readonly current: HTMLElement | null },
  press: (pressed: Pressed) => boolean,
): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isInList = event.target === list.current;
      if (event.key === 'Escape' && isField(event.target)) return (event.target as HTMLElement).blur();
      if (isMeant(event, isInList) && latest.current({ event, isInList })) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const PAGE = 20;

/** The number of rows by which a key moves; undefined for other keys. */
export function movementOf({ event: { key }, isInList }: Pressed, total: number): number | undefined {
  if (key === 'j') return 1;
  if (key === 'k') return -1;
  if (!isInList) return undefined;
  return { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Home: -total, End: total }[key];
}
