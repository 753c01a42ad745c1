// The results as a page of the docs.
import { countsOf } from './spans.mjs';

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const who = (one, peer) =>
  one === 'llmtrace' ? 'llmtrace' : peer.setup ? 'the other' : 'a wrapper of the client';

/** The page: who was run how, what came of it, and what each changes by itself. */
export function page(rows, { openai, calls, date, node }) {
  const names = [...new Set(rows.map(({ peer }) => peer.name))];
  return `# Beside other instrumentations

Made by \`npm run test:coexist\` on ${date}; not to be edited. An application makes ${calls} calls through \`openai\` ${openai} on
Node.js ${node}, in every way that the SDK has, with llmtrace and another instrumentation, loaded one after the other.

- **application**: it sees what it sees with the other alone, and nothing ends it.
- **spans**, **metrics**: what llmtrace tells of, each call once; “–” where the other's set-up has no metrics.
- **its spans**: what the other sends of the same run, by what made them: of the calls, of each request's HTTP, and of an
  Express server that asks another one (\`fetch\`) and the model within a request. They are those that it sends without
  llmtrace, each within the same ones. “–” where it sends none, or sends them in a format of its own.
- **ended with the process**: the other has left a stream unread, and its own set-up sends nothing at that time.
- **names**: whom llmtrace names, once, in a warning of the process (or of \`diag\`, where somebody listens): “calls of openai
  are also traced by …: unless one is switched off, each has two spans”. None where the other does not see the calls, and
  for wrappers that the application puts around its client itself: whoever wrote that knows.

${table(['beside', 'as', 'loaded', 'application', 'spans', 'metrics', 'its spans', 'names'], rows.map(cells))}

Two instrumentations make two spans a call. To have one, switch the other off, or leave openai to it with
\`LLMTRACE_INSTRUMENTATIONS\`.

## What they change by themselves

What the application sees with the other alone, and would not see without it:

${names
  .map((name) =>
    changesOf(
      name,
      rows.filter(({ peer }) => peer.name === name),
    ),
  )
  .join('\n')}
`;
}

function cells({ peer, format, order, both, wrong }) {
  return [
    `\`${peer.name}\``,
    format === 'esm' ? 'ESM' : 'CJS',
    order.map((one) => who(one, peer)).join(', then '),
    wrong.length === 0 ? 'the same' : `**${escaped(wrong.join('; ')).slice(0, 300)}**`,
    `${both.spans} of ${both.requests}${both.late > 0 ? ` (${both.late} ended with the process)` : ''}`,
    both.counted > 0 ? `${both.counted} of ${both.requests}` : '–',
    countsOf(both.others).join(', ') || '–',
    both.lines.map((line) => / traced by (.*): /.exec(line)?.[1] ?? escaped(line)).join('; ') || '–',
  ];
}

function changesOf(name, rows) {
  const said = ['cjs', 'esm'].map((format) => {
    const { changes = [] } = rows.find((one) => one.format === format) ?? {};
    return `${format === 'esm' ? 'ESM' : 'CJS'}: ${changes.length > 0 ? escaped(changes.join('; ')) : 'nothing'}`;
  });
  return `- \`${name}\`: ${said.join('. ')}.`;
}
