// Writes the results as docs/matrix.md.
import { asksForNewer, FORMATS, formatsOf, HOSTS, impossible, NODES, SDKS, WAYS } from './plan.mjs';

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const sdkName = ({ name, version }) => `\`${name}\` ${version}`;
const nodeName = (node) => `Node.js ${node}`;

/** The page. `results` has a result for the key of each run. */
export function page({ versions, period, results }) {
  const packages = versions.packages.map((name) => `\`${name}\``).join(', ');
  return `# The matrix

Made by \`npm run test:matrix\`, run ${period}; not to be edited. Node.js ${versions.nodes.join(', ')}, with
${packages}.
A cell that cannot be is “–”, with its reason below the table; “not yet”: no run of it has passed so
far. “*”: the SDK asks for a newer Node.js; it works.

## The conformance suite

How many tests passed: the application sees what it sees without llmtrace, and each call is reported once, and rightly. As
CommonJS and as ES modules, with spans and metrics on OpenTelemetry's SDK 2.x and 3.x.

${table(
  ['SDK', ...NODES.flatMap((node) => lines(node).map(({ line }) => `${nodeName(node)}, ${line.slice(5)}.x`))],
  SDKS.map((sdk) => [
    sdkName(sdk),
    ...NODES.flatMap((node) => lines(node).map((host) => conformanceCell(results, sdk, node, host))),
  ]),
)}

OpenTelemetry 3.x needs Node.js 22.

## The smoke test

How many applications worked, each in a process of its own, with the packages as they would be published: two calls, one
of them streamed, must arrive at an OTLP receiver, once, with tokens, cost and metrics; and stderr must stay empty.
They are written as ${FORMATS.map(({ name }) => name).join(', ')} (“before” and “after” llmtrace); where the
application starts OpenTelemetry itself, without ${FORMATS.filter(({ only }) => only)
    .map(({ name }) => name)
    .join(' and ')}.

${table(
  ['SDK', 'OpenTelemetry started by', ...NODES.map(nodeName)],
  SDKS.flatMap((sdk) =>
    HOSTS.map((host) => [
      sdkName(sdk),
      host.name,
      ...NODES.map((node) => smokeCell(results, sdk, node, host)),
    ]),
  ),
)}

Two formats less on Node.js 20:
${FORMATS.filter(({ why }) => why)
  .map(({ name, why }) => `${name} (${why})`)
  .join('; ')}.
OpenTelemetry 3.x needs Node.js 22.

## The ways in

${table(
  ['flag', ...NODES.map(nodeName)],
  WAYS.map((way) => [way.name, ...NODES.map((node) => wayCell(results, way, node))]),
)}

With ${sdkName(newest())}, as CommonJS and as ES modules.
`;
}

/** The SDK with which the ways to load llmtrace are tested. */
export const newest = () => SDKS.findLast(({ vendor }) => vendor === 'openai');

/** The lines of OpenTelemetry on which the conformance suite runs, in the shape of hosts. */
export const lines = (node) =>
  HOSTS.filter(({ key, line }) => key === line && (key === 'otel-2' || !impossible(node, { from: 22 })));

function conformanceCell(results, sdk, node, { line }) {
  const result = results.get(`conformance ${sdk.set} ${node} ${line} ${sdk.version}`);
  if (!result) return 'not yet';
  const { passed, failed } = result;
  const mark = asksForNewer(sdk, node) ? '*' : '';
  return failed === 0 ? `${passed}${mark}` : `**${failed} of ${passed + failed} failed**`;
}

function smokeCell(results, sdk, node, host) {
  if (impossible(node, host)) return '–';
  const formats = formatsOf(node, host);
  return counted(
    formats.map(({ name }) => [
      name,
      results.get(`smoke ${sdk.set} ${node} ${host.key} ${name} ${sdk.version}`),
    ]),
    asksForNewer(sdk, node) ? '*' : '',
  );
}

const wayCell = (results, way, node) =>
  counted(
    ['CJS', 'ESM'].map((name) => [name, results.get(`way ${way.name} ${node} ${name} ${newest().version}`)]),
  );

function counted(cells, mark = '') {
  if (cells.some(([, result]) => !result)) return 'not yet';
  const wrong = cells.filter(([, result]) => result !== 'ok').map(([name]) => name);
  const all = `${cells.length - wrong.length} of ${cells.length}${mark}`;
  return wrong.length === 0 ? all : `**${all}**: not ${wrong.join(', ')}`;
}
