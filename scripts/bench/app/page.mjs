/** The results as tables of docs/performance.md, and as a plot beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const DOCS = new URL('../../../docs/', import.meta.url);
const BEGIN = '<!-- begin of bench:app -->';
const END = '<!-- end of bench:app -->';

const HEAD = [
  ...['', 'CPU of a plain request, × bare', 'plain requests a second, × bare', 'CPU of a chunk, × bare'],
  ...['CPU of a chunk over bare, µs', 'delay of the event loop over bare, p50 · p99, ms'],
  ...[
    'memory at 2,000 streams, × bare',
    'start, CPU × bare',
    'memory at start over bare, MiB',
    'bytes a call',
    'spans a call',
  ],
];

const row = (cells) => `| ${cells.join(' | ')} |`;

function rowOf([name, { scenes, chunkRatio, chunkOver, start, startMemory, bytes, spans, failed }]) {
  const [plain, streams, paced] = ['plain, 100', 'streams, 2000', 'paced streams'].map(
    (scene) => scenes[scene],
  );
  return row([
    ...[
      failed > 0 ? `${name} (${failed} requests failed)` : name,
      plain.cpuRatio.toFixed(2),
      plain.perSecondRatio.toFixed(2),
      chunkRatio.toFixed(3),
    ],
    ...[chunkOver.toFixed(2), `${paced.p50Over.toFixed(2)} · ${paced.p99Over.toFixed(2)}`],
    ...[streams.rssRatio.toFixed(2), start.toFixed(2), startMemory.toFixed(1), Math.round(bytes)],
    spans > 0 ? spans.toFixed(2) : '–',
  ]);
}

/** The files of plots, and the text between the two marks of docs/performance.md. */
export function writePage(results) {
  const parts = Object.entries(results).map(([key, result]) => part(key, result));
  const page = new URL('performance.md', DOCS);
  const text = readFileSync(page, 'utf8');
  const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  writeFileSync(page, `${before}${BEGIN}\n\n${parts.join('\n')}${parts.length > 0 ? '\n' : ''}${after}`);
}

function part(key, { version, date, cpu, cores, rounds, figures }) {
  const [, framework] = key.split(' ');
  const image = `performance-${key.replace(' ', '-')}.svg`;
  writeFileSync(new URL(image, DOCS), plot(figures));
  const title = `Node.js ${version.slice(1)}, ${framework}`;
  return `#### ${title}

${date}, ${cores} cores of ${cpu}; medians of ${rounds} rounds.

${row(HEAD)}
${row(HEAD.map((_, column) => (column === 0 ? '---' : '---:')))}
${Object.entries(figures).map(rowOf).join('\n')}

![CPU time and memory beside the bare application, ${title}](${image})
`;
}

const PLOTTED = {
  'CPU of a plain request': ({ scenes }) => scenes['plain, 100'].cpuRatio,
  'CPU of a chunk': ({ chunkRatio }) => chunkRatio,
  'memory at 2,000 streams': ({ scenes }) => scenes['streams, 2000'].rssRatio,
};

/** Bars of the ratios to the bare application, side by side. */
function plot(figures) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const bars = Object.entries(figures).flatMap(([name, figure]) =>
    Object.entries(PLOTTED).map(([what, of]) => ({ name, what, ratio: of(figure) })),
  );
  const names = Object.keys(figures);
  const svg = Plot.plot({
    ...{
      document,
      width: 960,
      height: 40 + 26 * names.length,
      marginLeft: 150,
      marginTop: 34,
      marginBottom: 36,
    },
    style: { background: 'white', color: '#222' },
    x: { label: '× bare', grid: true, nice: true },
    y: { label: null, domain: names },
    fx: { label: null, domain: Object.keys(PLOTTED), padding: 0.08 },
    marks: [
      Plot.barX(bars, {
        ...{ x: 'ratio', y: 'name', fx: 'what' },
        fill: ({ name }) => (name.startsWith('llmtrace') ? '#1f6feb' : '#9aa4b2'),
      }),
      Plot.text(bars, {
        ...{ x: 'ratio', y: 'name', fx: 'what', textAnchor: 'start', dx: 3 },
        text: ({ ratio }) => ratio.toFixed(2),
      }),
      Plot.ruleX([1], { stroke: '#222' }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}
