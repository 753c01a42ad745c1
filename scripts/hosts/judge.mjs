// What a run of a host shows: a cell by column, each `{ yes }`, `{ no: reason }` or `{ none: reason }`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { root } from '../lib/npm.mjs';
import { causeIn } from './play.mjs';

const SERVER = 2; // SpanKind of OTLP
const NOTABLE = /warn|⚠|critical dependency|not exported|could not|cannot|unresolved|error|circular/i;
/** Sizes and times: a bundle that holds llmtrace is larger, and a busy machine is slower. */
const MEASURED = /\d ?[km]i?b\b|size limit|performance|timings/i;
const yes = { yes: true };
const no = (reason) => ({ no: reason });
const none = (reason) => ({ none: reason });

export const COLUMNS = ['builds', 'unchanged', 'traced once', 'nested', 'flushed', 'warned', 'docs'];

/** The cells of a way; `without` is the same application without llmtrace. */
export function judge({ host, way, without, run }) {
  const cells = without.failure
    ? failed(`without llmtrace: ${without.failure}`, run)
    : cellsOf({ way, without, run });
  return { builds: builds(run, without), ...cells, docs: docs(host, way, cells) };
}

function cellsOf({ way, without, run }) {
  if (run.failure) return failed(run.failure, run);
  const isTraced = way.expect === 'either' ? run.spans.length > 0 : !way.expect;
  const unchanged = compare(run, without);
  if (!isTraced) return { unchanged, ...untraced(run, way) };
  return { unchanged, ...traced(run, way), nested: nested(run, without), warned: warned(run, way) };
}

const failed = (reason) => {
  const cell = no(reason);
  return { unchanged: cell, 'traced once': cell, nested: cell, flushed: cell, warned: cell };
};

function builds(run, without) {
  if (!run.build)
    return run.failure?.startsWith('it cannot be installed') ? no(run.failure) : none('nothing is built');
  if (run.build.code) return no(causeIn(run.build.output));
  const known = new Set(notable(without.build?.output ?? ''));
  const added = notable(run.build.output).filter((line) => !known.has(line));
  return added.length === 0 ? yes : no(`it warns: ${added.slice(0, 3).join(' ')}`);
}

/** Lines that a user would read as a problem, without what differs from build to build. */
const notable = (output) =>
  output
    .split('\n')
    .filter((line) => NOTABLE.test(line) && !MEASURED.test(line))
    .map((line) =>
      line
        .trim()
        .replaceAll(/\/\S*\/llmtrace-\w+\/\d+\//g, '')
        .replaceAll(/\d+(?:\.\d+)?\s?m?s\b|\(node:\d+\)/g, ''),
    );

function compare(run, without) {
  if (run.end !== without.end)
    return no(`it ends with ${run.end} in place of ${without.end}: ${causeIn(run.output)}`);
  const same = run.answers.length === without.answers.length;
  const at = run.answers.findIndex((answer, index) => !isDeepStrictEqual(answer, without.answers[index]));
  if (!same || at >= 0)
    return no(`it answers ${brief(run.answers[at])} in place of ${brief(without.answers[at])}`);
  if (!isDeepStrictEqual(run.requests, without.requests)) return no('it sends other requests');
  return without.requests.length > 0 ? yes : no('the application makes no call');
}

const brief = (value) => JSON.stringify(value)?.slice(0, 200);

/** @param mayLose so many of the last calls may be lost, as the documentation says; `lost` is the reason. */
function traced(
  { spans, requests },
  { mayLose = 0, lost = 'the last call may be lost, as the documentation says' },
) {
  const [count, wanted] = [spans.length, requests.length];
  const isAllowed = wanted > 0 && count >= wanted - mayLose;
  const less = isAllowed ? none(lost) : no(`${count} of ${wanted} spans arrived`);
  return {
    'traced once': count > wanted ? no(`${count} spans for ${wanted} calls`) : count > 0 ? yes : less,
    flushed: wanted > 0 && count >= wanted ? yes : less,
  };
}

/** Each call lies in a SERVER span of the host, and the host has the spans that it has without llmtrace. */
function nested({ spans, others }, without) {
  const kinds = (list) =>
    list
      .filter(({ kind }) => kind === SERVER)
      .map(({ name }) => name)
      .sort();
  const [now, before] = [kinds(others), kinds(without.others)];
  if (now.length === 0 && before.length === 0) return none('the host has no spans');
  if (before.length > 0 && !isDeepStrictEqual(now, before))
    return no(`the host has ${now.length} SERVER spans in place of ${before.length}`);
  if (spans.length === 0) return no('no span of a call arrived');
  const byId = new Map([...spans, ...others].map((span) => [span.spanId, span]));
  const roots = spans.filter((span) => !isWithin(span, byId));
  return roots.length === 0 ? yes : no(`${roots.length} of ${spans.length} calls are in no span of the host`);
}

function isWithin(span, byId) {
  for (let parent = byId.get(span.parentSpanId), depth = 0; parent && depth < 50; depth++) {
    if (parent.kind === SERVER) return true;
    parent = byId.get(parent.parentSpanId);
  }
  return false;
}

const linesOf = ({ output }) => [...output.matchAll(/llmtrace: (.*)$/gm)].map(([, line]) => line);

/** Where calls are traced, nothing is reported; with `says`, one line reports a part that the host does not allow. */
function warned(run, { says }) {
  const lines = linesOf(run);
  if (says) return isOnly(lines, says) ? yes : no(wrong(lines));
  return lines.length === 0 ? none('nothing is wrong') : no(`it says: ${lines[0]}`);
}

const isOnly = (lines, pattern) => lines.length === 1 && pattern.test(lines[0]);
const wrong = (lines) => (lines.length === 0 ? 'no line' : `${lines.length} lines: ${lines[0]}`);

/** Where a call cannot be traced: one line names the cause, and nothing else happens. */
function untraced(run, { warning = /./, why = 'it cannot be traced' }) {
  const lines = linesOf(run);
  const cell = none(why);
  return {
    ...{ 'traced once': cell, nested: cell, flushed: cell },
    warned: isOnly(lines, warning) ? yes : no(wrong(lines)),
  };
}

/** Whether the documentation has these words, the host does what they say, and it works. */
function docs(host, way, cells) {
  if (!way.docs) return none('no page of the documentation is about it');
  const [file, ...words] = way.docs;
  const page = flat(readFileSync(join(root, file), 'utf8'));
  const used = flat(usedBy(host, way));
  const lacking = words.find((text) => !page.includes(flat(text)));
  if (lacking) return no(`${file} lacks “${lacking}”`);
  const unused = words.find((text) => !used.includes(flat(text)));
  if (unused) return no(`the host does not do “${unused}”`);
  return Object.values(cells).some((cell) => cell.no) ? no('done as documented, it fails') : yes;
}

const flat = (text) => text.replaceAll(/\s+/g, ' ');

/** All that the host is made of: commands, environment and files. */
function usedBy({ start, build, app, project, env }, way) {
  const commands = [way.build ?? build ?? [], way.start ?? start]
    .flat(1)
    .map((part) => (Array.isArray(part) ? part.join(' ') : part));
  const withFlags = commands.join(' ').replaceAll('{flags}', (way.flags ?? []).join(' '));
  const settings = Object.entries({ ...env, ...way.env }).map(([name, value]) => `${name}="${value}"`);
  const folders = [...app, ...(way.files ?? [])].map((name) => join(root, 'scripts', 'hosts', 'apps', name));
  return [withFlags, ...settings, JSON.stringify(project), ...folders.flatMap(textsIn)].join('\n');
}

const textsIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
