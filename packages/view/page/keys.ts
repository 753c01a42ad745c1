/** Keys of the lists: what each does, looked up when it is pressed, so that a late render loses none. */
import { useEffect, useRef } from 'preact/hooks';
import { hasShortcuts } from './state.ts';

export interface Pressed {
  readonly event: KeyboardEvent;
  /** The list itself has the focus: then arrows and page keys are its own. */
  readonly isInList: boolean;
}

const FIELDS = 'input,textarea,select';

export const isField = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches(FIELDS);
const isInPanel = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.panel') !== null;

/** Keys that work while the detail has the focus. */
const FROM_PANEL = new Set(['Escape', 'j', 'k', 'c']);

function isMeant(event: KeyboardEvent, isInList: boolean): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey || isField(event.target)) return false;
  if (document.querySelector('dialog[open]')) return false;
  if (!isInList && !hasShortcuts.value && event.key !== 'Escape') return false;
  return !isInPanel(event.target) || FROM_PANEL.has(event.key);
}

/** @param press returns whether it took the key. */
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

/** By how many rows a key moves; undefined for one that does not move. */
export function movementOf({ event: { key }, isInList }: Pressed, total: number): number | undefined {
  if (key === 'j') return 1;
  if (key === 'k') return -1;
  if (!isInList) return undefined;
  return { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Home: -total, End: total }[key];
}
