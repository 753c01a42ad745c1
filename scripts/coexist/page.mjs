// The results as a page of the docs.
import { NODES, nodesOf, ordersOf, PEERS, whyEmpty } from './peers.mjs';

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const who = (name, peer) =>
  name === 'llmtrace' ? 'llmtrace' : peer.setup ? 'the other' : 'a wrapper of the client';
const FORMATS = { cjs: 'CJS', esm: 'ESM' };
const HEAD = ['beside', 'as', 'loaded', 'Node.js', 'application', 'spans', 'metrics', 'its spans', 'names'];

/** The page: who was run how, what came of it, and what each changes by itself. `results` has those of every run by its key. */
export function page(results, { openai, calls, period }) {
  const reasons = new Reasons();
  const rows = PEERS.flatMap((peer) => rowsOf(peer, results, reasons));
  const nodes = [...new Set(Object.values(results).map(({ node }) => node))].sort();
  return `# Beside other instrumentations

Made by \`npm run test:coexist\`, run ${period}; not to be edited. An application makes ${calls} calls through \`openai\` ${openai} on
Node.js ${nodes.join(' and ')}, in every way that the SDK has, with llmtrace and another instrumentation, loaded one after
the other.

- **application**: it sees what it sees with the other alone, and nothing ends it.
- **spans**, **metrics**: those of llmtrace, each call once.
- **its spans**: what the other sends of the same run, by what made them: of the calls, of each request's HTTP, and of an
  Express server that asks another one (\`fetch\`) and the model within a request. They are those that it sends without
  llmtrace, each within the same ones. Left out are connections (\`net\`, \`dns\`): how many are opened depends on timing.
- **ended with the process**: the other has left a stream unread, and its own set-up sends nothing at that time.
- **names**: the libraries that llmtrace names, once, in a warning of the process (or of \`diag\`, where the application has a logger for
  it): “calls of openai are also traced by …: each has two spans”.

“–”: not applicable, with its reason beneath the table. “not run”: there is no result yet.

${table(HEAD, rows)}

${reasons.list()}

Two instrumentations make two spans a call, unless llmtrace
[completes those of the other](agents.md#model-spans-of-other-libraries). To have one, switch the other off, or leave openai to it with
\`LLMTRACE_INSTRUMENTATIONS\`.

## Beside distributions of OpenTelemetry and agents of vendors

Run by hand on 2026-12-01, on Node.js 24: a server makes five calls through \`openai\` 6.49.0 within a request, as ES modules and as CommonJS, with
\`--import @llmtrace/auto\` before and after the other. The application got the same answers, and each call had one span.

| beside | the span of a call |
| --- | --- |
| \`@elastic/opentelemetry-node\` 1.18.0 | that of \`@opentelemetry/instrumentation-openai\`, which llmtrace completes |
| \`@aws/aws-distro-opentelemetry-node-autoinstrumentation\` 0.13.0, \`@pydantic/logfire-node\` 0.18.25 | the same in CommonJS; in ES modules llmtrace's, by their provider |
| \`@azure/monitor-opentelemetry\` 1.18.1 | llmtrace's, by its provider, which keeps five traces a second unless told otherwise |
| \`@honeycombio/opentelemetry-node\` 0.7.2, \`@hyperdx/node-opentelemetry\` 0.10.5, \`@highlight-run/node\` 3.12.22, \`@uptrace/node\` 2.0.2, \`@vercel/otel\` 2.1.3, \`@arizeai/phoenix-otel\` 2.1.0, \`langwatch\` 0.16.1 | llmtrace's, by their provider |
| \`newrelic\` 13.20.0, \`elastic-apm-node\` 4.18.0 without its bridge | llmtrace's, by llmtrace's exporter |

## What they change by themselves

What the application sees with the other alone, and would not see without it:

${PEERS.map((peer) => changesOf(peer, results)).join('\n')}
`;
}

/** Reasons, each with a number. */
class Reasons {
  #texts = [];

  /** The number of a reason, in brackets. */
  numberOf(text) {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return `(${this.#texts.indexOf(text) + 1})`;
  }

  list() {
    return this.#texts.map((text, index) => `${index + 1}. ${text}.`).join('\n');
  }
}

/** A row for each format and order, and for each Node.js where they differ. */
function rowsOf(peer, results, reasons) {
  return Object.keys(FORMATS).flatMap((format) =>
    ordersOf(peer).flatMap((order) => {
      const byCells = Map.groupBy(nodesOf(peer), (major) =>
        JSON.stringify(cellsOf(peer, format, results[[peer.name, format, order, major].join(' ')], reasons)),
      );
      const loaded = order.map((name) => who(name, peer)).join(', then ');
      return [...byCells].map(([cells, majors]) => [
        ...[`\`${peer.name}\``, FORMATS[format], loaded, nodesCell(peer, majors, reasons)],
        ...JSON.parse(cells),
      ]);
    }),
  );
}

function nodesCell(peer, majors, reasons) {
  const left = NODES.length - nodesOf(peer).length;
  return `${majors.join(', ')}${left > 0 ? ` ${reasons.numberOf(`\`${peer.name}\` needs ${peer.needs}`)}` : ''}`;
}

function cellsOf(peer, format, result, reasons) {
  if (!result) return HEAD.slice(4).map(() => 'not run');
  const { wrong, spans, late, requests, counted, others, lines } = result;
  const why = whyEmpty(peer, format);
  const empty = (column) => (why[column] ? `– ${reasons.numberOf(why[column])}` : '**none**');
  return [
    wrong.length === 0 ? 'the same' : `**${escaped(wrong.join('; ')).slice(0, 300)}**`,
    `${spans} of ${requests}${late > 0 ? ` (${late} ended with the process)` : ''}`,
    counted > 0 ? `${counted} of ${requests}` : empty('metrics'),
    others.join(', ') || empty('spans'),
    lines.map((line) => / traced by (.*): /.exec(line)?.[1] ?? escaped(line)).join('; ') || empty('names'),
  ];
}

function changesOf(peer, results) {
  const said = Object.entries(FORMATS).map(([format, title]) => {
    const key = (major) => [peer.name, format, ordersOf(peer)[0], major].join(' ');
    const changes = new Set(nodesOf(peer).flatMap((major) => results[key(major)]?.changes ?? ['not run']));
    return `${title}: ${changes.size > 0 ? escaped([...changes].join('; ')) : 'nothing'}`;
  });
  return `- \`${peer.name}\`: ${said.join('. ')}.`;
}
