/** Writes the results as Markdown tables. */

const round = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const range = ({ median, low, high }, digits) =>
  `${round(median, digits)} (${round(low, digits)} – ${round(high, digits)})`;
const ns = ({ median, low, high }) => range({ median: median * 1000, low: low * 1000, high: high * 1000 }, 0);

function table(head, rows) {
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** One table for each part; each cell is a median, with the quartiles in brackets. */
const PARTS = {
  calls: (rows) =>
    table(
      ['a plain call, µs over bare', 'bare SDK', 'floor', 'llmtrace', 'llmtrace / floor', 'disabled'],
      Object.values(rows).map((row) => [
        ...[row.title, range(row.bare), range(row.floor), range(row.ours)],
        ...[range(row.ratio, 2), range(row.disabled, 2)],
      ]),
    ),
  chunks: (rows) =>
    table(
      [
        'a chunk, ns over bare',
        'bare SDK',
        'floor',
        'llmtrace',
        'llmtrace − floor',
        'stream of 10: llmtrace / floor',
      ],
      Object.values(rows).map((row) => [
        ...[row.title, ns(row.bare), ns(row.floor), ns(row.ours), ns(row.difference)],
        range(row.stream.ratio, 2),
      ]),
    ),
  agents: (rows) =>
    table(
      ['a run of an agent, µs over bare', 'bare SDK', 'floor', 'llmtrace', 'llmtrace / floor'],
      Object.values(rows).map((row) => [
        ...[row.title, range(row.bare), range(row.floor), range(row.ours), range(row.ratio, 2)],
      ]),
    ),
  primitives: (rows) =>
    table(
      ['a step, ns', 'llmtrace', 'Go original'],
      rows.map((row) => [row.name, round(row.ns), row.go ?? '']),
    ),
  start: (rows) =>
    table(
      ['start of an application', 'CPU, ms', '× bare', 'on the clock, ms', '× bare', 'memory over bare, MiB'],
      Object.entries(rows).map(([name, row]) => [
        ...[name, range(row.cpu, 0), range(row.cpuRatio, 2), range(row.wall, 0), range(row.wallRatio, 2)],
        range(row.memory),
      ]),
    ),
  memory: (row) =>
    table(
      ['memory', ''],
      [
        [`streams at once`, row.streams],
        ['spans ended (one more than streams: a first call)', row.ended],
        ['bytes a stream over bare: a quarter of them open', round(row.quarter, 0)],
        ['half of them open', round(row.half, 0)],
        ['all open', round(row.opened, 0)],
        ['after 10 chunks of each', round(row.tenChunks, 0)],
        ['after 50 chunks of each', round(row.fiftyChunks, 0)],
        ['when all have ended', round(row.afterwards, 0)],
        [`heap after ${row.calls.count / 10} calls, MiB`, round(row.calls.early / 2 ** 20)],
        [`growth of the heap until ${row.calls.count} calls, MiB`, round(row.calls.growth / 2 ** 20, 2)],
      ],
    ),
};

export const report = (part, found) => PARTS[part](found);

/** The numbers that two results have in common, with their ratio. */
export function compared(before, after) {
  const was = new Map(Object.entries(before.nodes).flatMap(([node, parts]) => [...numbers(node, parts)]));
  const rows = Object.entries(after.nodes).flatMap(([node, parts]) =>
    [...numbers(node, parts)].map(([path, is]) => {
      const then = was.get(path);
      return [path, round(then, 3), round(is, 3), round(is / then, 2)];
    }),
  );
  return table(['', 'before', 'now', 'now / before'], rows);
}

/** The medians, ratios and nanoseconds of a result, by their paths. */
function* numbers(path, value) {
  if (typeof value === 'number' && /\.(median|ns|ratio)$/.test(path)) yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* numbers(`${path}.${inner?.name ?? key}`, inner);
}
