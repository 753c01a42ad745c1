/** Compares two texts line by line, by the longest common subsequence. */
export interface Line {
  readonly sign: ' ' | '-' | '+' | '…';
  readonly text: string;
}

/** The highest number of comparisons; beyond it, the middle of the texts counts as replaced. */
const MAX_CELLS = 4_000_000;

function tableOf(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, below] = [table[i] as Uint32Array, table[i + 1] as Uint32Array];
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return table;
}

const all = (sign: Line['sign'], lines: readonly string[]): Line[] => lines.map((text) => ({ sign, text }));

function middle(a: readonly string[], b: readonly string[]): Line[] {
  if (a.length * b.length > MAX_CELLS) return [...all('-', a), ...all('+', b)];
  const table = tableOf(a, b);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as string, b[j] as string];
    if (left === right) {
      lines.push({ sign: ' ', text: left });
      i++;
      j++;
    } else if ((table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0)) {
      lines.push({ sign: '-', text: left });
      i++;
    } else {
      lines.push({ sign: '+', text: right });
      j++;
    }
  }
  return [...lines, ...all('-', a.slice(i)), ...all('+', b.slice(j))];
}

export function diff(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  return [
    ...all(' ', a.slice(0, start)),
    ...middle(a.slice(start, endA), b.slice(start, endB)),
    ...all(' ', a.slice(endA)),
  ];
}

const CONTEXT = 3;

/** Folds equal lines far from a change into one. */
export function folded(lines: readonly Line[]): Line[] {
  const isNear = new Uint8Array(lines.length);
  for (const [index, { sign }] of lines.entries()) {
    if (sign !== ' ') isNear.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  }
  const shown: Line[] = [];
  let hidden = 0;
  const close = () => {
    if (hidden > 0) shown.push({ sign: '…', text: `${hidden} lines alike` });
    hidden = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (!isNear[index]) hidden++;
    else {
      close();
      shown.push(line);
    }
  }
  close();
  return shown;
}
