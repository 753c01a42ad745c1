/** A long list of rows with the same height, which draws only the visible rows. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const BEYOND = 8;
/** The maximum height of an element in a browser (Firefox: 17.8 million px). */
const MAX_HEIGHT = 16_000_000;

export interface Windowed {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly onScroll: () => void;
  /** Scrolls as little as possible to make a row visible. */
  readonly reveal: (index: number) => void;
}

export function useWindowed(total: number, row: number, isThere = true): Windowed {
  const ref = useRef<HTMLDivElement>(null);
  const [[first, last], setRange] = useState<readonly [number, number]>([0, 60]);
  const measure = () => {
    const box = ref.current;
    if (!box) return;
    const from = Math.max(0, Math.floor(box.scrollTop / row) - BEYOND);
    const to = Math.ceil((box.scrollTop + box.clientHeight) / row) + BEYOND;
    setRange((range) => (range[0] === from && range[1] === to ? range : [from, to]));
  };
  useEffect(() => {
    if (!ref.current) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [isThere]);
  const reveal = (index: number) => {
    const box = ref.current;
    if (!box) return;
    const [top, bottom] = [index * row, (index + 1) * row];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  };
  return {
    ref,
    from: Math.min(first, Math.max(0, total - 1)),
    to: Math.min(total, last),
    height: Math.min(MAX_HEIGHT, total * row),
    onScroll: measure,
    reveal,
  };
}
