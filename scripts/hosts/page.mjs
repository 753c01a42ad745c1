// The results as a page of the docs.
import { COLUMNS } from './judge.mjs';

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const escaped = (text) =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ').slice(0, 160);

/** The page; `results` has the cells of every row by its name. */
export function page(rows, results, { period, node, packages }) {
  const reasons = [];
  const groups = [...new Set(rows.map(({ host }) => host.group))];
  const tables = groups.map((group) => {
    const some = rows.filter(({ host }) => host.group === group);
    const head = ['host', 'llmtrace by', ...COLUMNS];
    return `## ${group}\n\n${table(
      head,
      some.map(({ host, way, name }) => [
        host.title ?? host.name,
        way.title,
        ...cellsOf(results.get(name), reasons),
      ]),
    )}`;
  });
  return `# Hosts

Made by \`npm run test:hosts\`, run ${period}; not to be edited. Each row is a small application, built and run on Node.js
${node} with the packages as they would be published, against a vendor and an OTLP receiver on loopback.

- **builds**: the build passes, without a warning that it does not have without llmtrace.
- **unchanged**: the answers, the requests to the vendor and the exit are those of a run without llmtrace.
- **traced once**: no call has two spans, and there are spans.
- **nested**: the host has its own SERVER spans as without llmtrace, and each call lies in one of them.
- **flushed**: the span of every call arrived, though the process ended in the host's way.
- **warned**: where a call cannot be traced, or a part of llmtrace cannot work, one line names the cause and the cure.
- **docs**: the row does what the documentation says, in its words, and it works.

“–”: not applicable, with its reason at the end. “not run”: the row has not been run with these packages.

${tables.join('\n\n')}

## Why a cell is not applicable

${reasons.map((reason, index) => `${index + 1}. ${reason}.`).join('\n')}

## Versions

${packages.map(([name, version]) => `\`${name}\` ${version}`).join(', ')}.
`;
}

function cellsOf(cells, reasons) {
  if (!cells) return COLUMNS.map(() => 'not run');
  return COLUMNS.map((column) => {
    const { yes, no, none } = cells[column];
    if (yes) return 'yes';
    if (no) return `**no**: ${escaped(no)}`;
    if (!reasons.includes(none)) reasons.push(none);
    return `– (${reasons.indexOf(none) + 1})`;
  });
}
