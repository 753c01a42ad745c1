// Drives the real SDKs with recorded vendor exchanges, which are kept outside this repository, and judges every
// span by an independent oracle. `node scripts/replay/index.mjs FOLDER` where FOLDER has `replay` and `exchanges`.
// A check is one field of one SDK set, way of loading and mode; it fails where any exchange is not right.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { VENDORS } from '../lib/vendors.mjs';
import { judgeContent } from './content.mjs';

const root = new URL('../..', import.meta.url).pathname;
const shared = resolve(process.argv[2] ?? '../shared');
const work = join(root, '.cache', 'replay');
const MODES = ['plain', 'withResponse', 'asResponse', 'helper', 'abandon', 'retry', 'bytes'];
/** Where the oracle errs, by exchange, each with its reason. */
const EXPLAINED = new Map(
  Object.entries({
    // A streamed transcription: its last event has the usage, which the oracle reads from plain answers only.
    'ope-8a6e23b77e98': /usage|token\.usage|cost/,
    // Transcriptions are billed by audio and text tokens; the oracle reads no modalities of this endpoint.
    'ope-0d4e2ce00fd0': /cost/,
    'ope-bcebdcef3238': /cost/,
    'ope-f6eba08e6605': /cost/,
    // Answers of a gateway that report their own cost, of a model that the request does not name.
    'ope-3b43b7ea24ef': /cost/,
    'ope-5010524d0056': /cost/,
    'ope-f7904622fb7f': /cost/,
    // An answer that another model wrote, in place of the one that was asked: priced as what it says it is.
    'ant-29d70cea2c98': /cost/,
    // Embeddings of an image, which has a rate of its own; the oracle reads no modalities of this endpoint.
    'gem-4724626b352c': /cost/,
    // Searches in files and of the web, which are billed by the count; the oracle prices tokens alone.
    ...Object.fromEntries(
      [
        'ope-027cabf13b0e',
        'ope-1804992fcd39',
        'ope-22b7988f580f',
        'ope-28ee08a1ff7a',
        'ope-33ead88d3aa3',
        'ope-35f98a3ed018',
        'ope-3aabac8ba9c5',
        'ope-5a5acac488d9',
        'ope-719b362062db',
        'ope-766aa3a0f476',
        'ope-872bc24195fc',
        'ope-c598ed330981',
      ].map((id) => [id, /cost/]),
    ),
    // Served at another tier (priority at twice the rates, flex at half), for which the oracle has the standard rates.
    ...Object.fromEntries(
      [
        'ope-26dcf9d1ec9a',
        'ope-423ed74f2bb1',
        'ope-a3365bbd32ed',
        'ope-c854f7d61cc7',
        'ope-de7c626e4bd9',
        'gem-75d1bd677558',
      ].map((id) => [id, /cost/]),
    ),
    // Compactions and advisors, calls within the call, which the oracle leaves out.
    ...Object.fromEntries(
      [
        'ant-11af139137a3',
        'ant-2834ec90cf56',
        'ant-530c4c48c316',
        'ant-739fdefc26fc',
        'ant-8985de038c71',
        'ant-d842c9d0ad29',
      ].map((id) => [id, /cost/]),
    ),
    // Grounding with Google Search, which is billed by the prompt or the query.
    ...Object.fromEntries(
      [
        'gem-03d74ccefbb8',
        'gem-1266fdda1aaa',
        'gem-14f15c324b7d',
        'gem-25ba9a5d968c',
        'gem-4e0249998931',
        'gem-4e1f8ee9b4a3',
        'gem-4e3f70fc9e11',
        'gem-dd4de85385ed',
      ].map((id) => [id, /cost/]),
    ),
    // A throughput that was bought beforehand: the call has no cost of its own.
    'gem-a8efeaf0386b': /cost/,
    // Speech, which is billed by its characters, and audio, whose rates the oracle's data lacks.
    'ope-496e697da35c': /cost/,
    'ope-86d913814515': /cost/,
  }),
);

/** A rejection that `@google/generative-ai` leaves unhandled by itself, now and then within the next exchange. */
const OWN_REJECTION = /^rejection: \[GoogleGenerativeAI Error\]/;

/** What the AI SDK makes of a whole answer that is not to its liking, or of a cut one, in words of its own. */
const AFTER_THE_ANSWER = /^(?:error: status ERROR|error\.type|metric: duration attributes|cost \(USD\))$/;

/** The number of events of each recorded stream, by the id of its exchange. */
let eventsOf;
const countEvents = (file) =>
  new Map(linesOf(file).map(({ id, response }) => [id, response.sse?.length ?? 0]));

/**
 * Whether a call is still open because the application left the stream, and the AI SDK neither reads its answer to the
 * end nor cancels it. The connection stays open then, and the count of active requests shows the call. A call without a
 * span whose events have all arrived is a fault.
 */
function isStalled({ id, mode, spans, metrics }) {
  if (mode !== 'abandon' || spans.length > 0) return false;
  const measured = (name) => metrics.find((metric) => metric.name === name)?.points[0].value;
  const arrived = 1 + (measured('gen_ai.client.operation.time_per_output_chunk')?.count ?? 0);
  eventsOf ??= countEvents('dev.jsonl');
  return measured('llmtrace.client.active_requests') === 1 && arrived < eventsOf.get(id);
}

/**
 * What an instrumentation of requests cannot have right, by the client that sends them.
 * - The oracle knows Vertex AI by the Google SDK alone, and not by the address that stands for it.
 * - The AI SDK sends nothing where a recorded request names no model; it refuses answers after they have arrived; and
 *   it reads a stream to its end that the application has left, and so sees it cut off.
 */
function isBeyondRequests({ id, field, want, got }, client, base, traced) {
  if (field === 'gen_ai.provider.name') return got === 'gcp.vertex_ai' && want.includes('gcp.gemini');
  if (client !== 'ai') return false;
  if (field === 'span: instrumented' && isStalled(traced.get(id))) return true;
  const { sent, ok, mode } = base.get(id);
  if (mode === 'abandon' && JSON.stringify(got)?.includes('UND_ERR_SOCKET')) return true;
  return (field === 'span: instrumented' && sent === 0) || (!ok && sent > 0 && AFTER_THE_ANSWER.test(field));
}

/** The differences that llmtrace does not cause: the oracle's errors, and that rejection. */
function isExplained({ id, field, got }, mode) {
  if (mode === 'abandon' && field === 'app: no unhandled rejection')
    return got.every((message) => OWN_REJECTION.test(message));
  return EXPLAINED.get(id)?.test(field) ?? false;
}

/** The lines of a file in the work folder, each parsed as JSON. */
const linesOf = (file) => readFileSync(join(work, file), 'utf8').split('\n').filter(Boolean).map(JSON.parse);

const instrumentations = VENDORS.map(({ folder }) => join(root, 'packages', folder));
const httpClients = [join(root, 'packages', 'instrumentation-http-clients')];

function run(file, args, env = {}) {
  execFileSync(process.execPath, [file, ...args], {
    cwd: work,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 28,
  });
}

function setUp() {
  if (existsSync(join(work, 'sdks', 'latest', 'node_modules'))) return;
  mkdirSync(work, { recursive: true });
  execFileSync('bash', [join(shared, 'replay', 'setup.sh'), work], { cwd: root, stdio: 'inherit' });
}

/** The options of an instrumentation that captures message content. */
const CAPTURING = JSON.stringify({
  content: {
    capture: 'SPAN_ONLY',
    maxLength: 40,
    toolDefinitions: 'full',
    redact: ['keys', 'emails', 'cards'],
  },
});

/**
 * Replays in one way; returns the failures that nothing explains, and the count of what was right.
 * @param client `sdk` (the vendors' own), `fetch`, or `ai` (the AI SDK): the last two by an instrumentation of requests.
 */
function replay(set, load, mode, captures = false, client = 'sdk') {
  const name = `${set}.${load}.${mode}${captures ? '.content' : ''}${client === 'sdk' ? '' : `.${client}`}`;
  const out = (what) => join('out', `${what}.${name}.jsonl`);
  const common = ['--in', 'dev.jsonl', '--sdks', `sdks/${set}`, '--mode', mode];
  const env = { LOAD: load, NODE_PATH: join(work, 'sdks', set, 'node_modules'), CLIENTS: client };
  run('replay.mjs', [...common, '--out', out('none')], { ...env, INSTR: 'none' });
  const instrumented = {
    INSTR: (client === 'sdk' ? instrumentations : httpClients).join(','),
    ...(captures ? { INSTR_CONFIG: CAPTURING } : {}),
  };
  run('replay.mjs', [...common, '--out', out('llmtrace')], { ...env, ...instrumented });
  const [failures, score] = [out('failures'), join('out', `${name}.score.json`)];
  const judged = ['--base', out('none'), '--run', out('llmtrace'), '--failures', failures, '--json', score];
  run('score.mjs', ['--in', 'dev.jsonl', '--strict', '--quiet', ...judged], {
    COST_ATTR: 'gen_ai.usage.cost',
    CLIENTS: client,
  });
  const lines = linesOf(failures);
  const { groups } = JSON.parse(readFileSync(join(work, score), 'utf8'));
  const fields = Object.values(groups.all);
  const byId = (file) => new Map(linesOf(file).map((line) => [line.id, line]));
  const [base, traced] = [byId(out('none')), byId(out('llmtrace'))];
  const isBeyond = (line) => client !== 'sdk' && isBeyondRequests(line, client, base, traced);
  return {
    correct: fields.reduce((sum, { correct }) => sum + correct, 0),
    fields: fields.length,
    wrong: lines.filter((line) => !isExplained(line, mode) && !isBeyond(line)),
    content: captures ? judgeContent(join(shared, 'schemas'), linesOf(out('llmtrace'))) : undefined,
  };
}

const WAYS = [
  ...MODES.map((mode) => ['latest', 'cjs', mode]),
  ['latest', 'cjs', 'plain', true],
  ['latest', 'esm', 'plain'],
  ['latest', 'esm', 'helper'],
  ['older', 'cjs', 'plain'],
  ['oldest', 'esm', 'plain'],
  ['openai4', 'cjs', 'plain'],
  ['latest', 'cjs', 'plain', false, 'fetch'],
  ['latest', 'cjs', 'plain', true, 'fetch'],
  ['latest', 'cjs', 'abandon', false, 'fetch'],
  ['latest', 'cjs', 'bytes', false, 'fetch'],
  ['latest', 'esm', 'plain', false, 'fetch'],
  ['ai', 'cjs', 'plain', false, 'ai'],
  ['ai', 'cjs', 'abandon', false, 'ai'],
  ['ai', 'cjs', 'bytes', false, 'ai'],
  ['ai5', 'esm', 'plain', false, 'ai'],
];

/** `CLIENTS=fetch,ai` in the environment replays those alone. */
const CLIENTS = process.env.CLIENTS?.split(',');

/**
 * Repeats a run in which the application leaves its streams early. Its timing decides how much of a stream arrives: on a
 * busy machine 1 of 7,750 fields of the AI SDK was missing once. Only a difference in both runs is a fault.
 */
function settled(run, mode) {
  const first = run();
  if (mode !== 'abandon' || first.wrong.length === 0) return first;
  for (const { id, field } of first.wrong) console.log(`  again: ${id} ${field}`);
  const second = run();
  const isRepeated = ({ id, field }) => first.wrong.some((other) => other.id === id && other.field === field);
  return { ...second, wrong: second.wrong.filter(isRepeated) };
}

setUp();
let passed = 0;
let failed = 0;
for (const [set, load, mode, captures, client = 'sdk'] of WAYS) {
  if (CLIENTS && !CLIENTS.includes(client)) continue;
  const { correct, fields, wrong, content } = settled(() => replay(set, load, mode, captures, client), mode);
  const broken = new Set(wrong.map(({ field }) => field));
  passed += fields - broken.size;
  failed += broken.size;
  console.log(
    `${set.padEnd(8)} ${load} ${client.padEnd(5)} ${mode.padEnd(13)} ${correct} right, ${wrong.length} not`,
  );
  for (const mismatch of wrong.slice(0, 5))
    console.log(`  ${mismatch.id} ${mismatch.driver} ${mismatch.api} ${mismatch.field}: ${mismatch.verdict}`);
  if (content) {
    passed += content.wrong.length === 0 ? 1 : 0;
    failed += content.wrong.length === 0 ? 0 : 1;
    console.log(`         ${content.judged} captured attributes judged, ${content.wrong.length} faults`);
    for (const fault of content.wrong.slice(0, 5)) console.log(`  ${fault}`);
  }
  writeFileSync(
    join(work, 'out', `wrong.${set}.${load}.${mode}.${client}.json`),
    JSON.stringify(wrong, null, 1),
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
