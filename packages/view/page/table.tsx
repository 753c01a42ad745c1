/** Parts that the tables of several screens share. */
import type { ComponentChildren } from 'preact';
import { Link, visible } from './bits.tsx';
import { atLeast } from './format.ts';

/** The words of a column's head, or the words and their classes. */
type Column = string | readonly [words: string, classes: string];

export const TableHead = ({ columns }: { columns: readonly Column[] }) => (
  <thead>
    <tr>
      {columns.map((column) => {
        const [words, classes] = typeof column === 'string' ? [column, undefined] : column;
        return (
          <th key={words} class={classes}>
            {words}
          </th>
        );
      })}
    </tr>
  </thead>
);

interface CallsCellProps {
  /** A word of the filter up to its value: `root:`. */
  readonly filter: string;
  readonly value: string;
  readonly children?: ComponentChildren;
}

/** A cell that names a group of calls, and links to them. */
export const CallsCell = ({ filter, value, children }: CallsCellProps) => (
  <td class="clip">
    <Link class="plain" to={`/calls?q=${encodeURIComponent(`${filter}"${value}"`)}`}>
      {children ?? visible(value)}
    </Link>
  </td>
);

/** The longest bar of a cost, in px. */
const BAR = 62;

interface CostCellProps {
  readonly cost: number;
  readonly unpriced: number;
  /** The highest cost of the table: its bar is the longest one. */
  readonly most: number;
  readonly tone?: string;
}

export const CostCell = ({ cost, unpriced, most, tone = 'var(--accent)' }: CostCellProps) => (
  <td class="num wide">
    <span class="share" style={{ background: tone, width: `${(cost / (most || 1)) * BAR}px` }} />
    {atLeast(cost, unpriced)}
  </td>
);
