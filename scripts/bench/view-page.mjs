/** The rows of `view.mjs` that need a page, in a real Chromium. */
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { findChromium, launch } from '../../packages/view/test/browser/browser.ts';
import { attributesOf, hex, nanos, support } from '../../packages/view/test/fixtures/shop.ts';
import { bodiesOf, isCall, post } from './view-load.mjs';

const RUNS = 3;
const MB = 2 ** 20;
const at = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];
const ms = (value) => `${value.toFixed(0)} ms`;

/** Notes when each part of a page is first there, after the frame in which it is drawn. */
const NOTES = (selector) => `
  window.shown = new Promise((resolve) => {
    const look = () => {
      if (document.querySelector(${JSON.stringify(selector)})) requestAnimationFrame(() => resolve(performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  });`;

const SCREENS = {
  calls: ['/calls', '.tr:not(.loading)'],
  traces: ['/traces', '.rows tbody tr'],
  overview: ['/', '.strip svg circle, .strip canvas, .strip svg rect'],
};

async function opened(browser, url, [path, selector]) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const session = await page.context().newCDPSession(page);
  // CPU time, which other processes on the machine do not lengthen.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript(NOTES(selector));
  await page.goto(url + path);
  const shown = await page.evaluate('window.shown');
  const { metrics } = await session.send('Performance.getMetrics');
  const cpu = metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  const paint = await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime`);
  return { page, session, shown, paint, cpu };
}

async function shows(browser, { url, pid }, { say, cpuOf }) {
  const paints = [];
  for (const [name, screen] of Object.entries(SCREENS)) {
    const runs = [];
    for (let run = 0; run < RUNS; run++) {
      const before = cpuOf(pid);
      const { page, ...times } = await opened(browser, url, screen);
      runs.push({ ...times, server: cpuOf(pid) - before });
      await page.close();
    }
    const of = (key) => at(runs.map((run) => run[key]).filter(Number.isFinite), 0.5);
    paints.push(of('paint'));
    say(`shown: ${name}`, `${ms(of('shown'))}; CPU: page ${ms(of('cpu'))}, server ${ms(of('server'))}`);
  }
  say('first paint', ms(at(paints, 0.5)));
}

async function sizeOf(browser, { url }, say) {
  const { page, session } = await opened(browser, url, SCREENS.calls);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const nodes = await page.evaluate(`document.querySelectorAll('*').length`);
  say('heap and nodes of the page', `${(usedSize / MB).toFixed(1)} MB, ${nodes}`);
  return page;
}

/** Scrolls by 120 px a frame, and takes the time of each frame. */
const SCROLL = `new Promise((resolve) => {
  const list = [...document.querySelectorAll('*')].find((each) => each.scrollHeight > 20_000 && each.clientHeight < 2000);
  const frames = [];
  let last = performance.now();
  const step = () => {
    const now = performance.now();
    frames.push(now - last);
    last = now;
    list.scrollTop += 120;
    if (frames.length < 240) requestAnimationFrame(step);
    else resolve(frames);
  };
  requestAnimationFrame(step);
})`;

const JUMP = `new Promise((resolve) => {
  const list = [...document.querySelectorAll('*')].find((each) => each.scrollHeight > 20_000 && each.clientHeight < 2000);
  const begin = performance.now();
  list.scrollTop = list.scrollHeight;
  const look = () => {
    const box = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll('.tr')].filter((row) => row.getBoundingClientRect().top < box.bottom);
    if (rows.length > 5 && rows.every((row) => !row.classList.contains('loading'))) resolve(performance.now() - begin);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;

async function scrolls(page, say) {
  const frames = await page.evaluate(SCROLL);
  say('frames of scrolling; median, 95 %', `${at(frames, 0.5).toFixed(1)}, ${ms(at(frames, 0.95))}`);
  say('jump to the end', ms(await page.evaluate(JUMP)));
}

/** From the last key until the list is that of the filter. */
async function filterTime(page, say) {
  await page.evaluate(`window.filtered = new Promise((resolve) => {
    const words = () => document.querySelector('.sum')?.textContent ?? '';
    const former = words();
    let begin = 0;
    addEventListener('keydown', () => { begin = performance.now(); }, true);
    const look = () => (begin && words() !== former ? resolve(performance.now() - begin) : requestAnimationFrame(look));
    look();
  }); undefined`);
  await page.keyboard.press('/');
  await page.keyboard.type('is:error');
  say('filter: last key until its result', ms(await page.evaluate('window.filtered')));
}

/** From the request that brings a call until its row is drawn. */
async function sees(browser, { url }, say) {
  const { page } = await opened(browser, url, SCREENS.calls);
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    const { spans } = support(Date.now());
    const row = JSON.stringify(`r-${spans.find(isCall).spanId}`);
    await page.evaluate(`window.seen = new Promise((resolve) => {
      const look = () => document.getElementById(${row}) ? resolve(Date.now()) : requestAnimationFrame(look);
      look();
    }); undefined`);
    const begin = Date.now();
    await post(url, JSON.stringify(jsonOf(spans)), 'application/json');
    times.push((await page.evaluate('window.seen')) - begin);
  }
  say('a call sent until it is seen; median, most', `${ms(at(times, 0.5))}, ${ms(at(times, 1))}`);
  await page.close();
}

const jsonOf = (spans) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': 'shop-api' }) },
      scopeSpans: [
        {
          scope: { name: 'shop' },
          spans: spans.map(({ start, end, attributes, events: _, service: __, ...span }) => ({
            ...span,
            startTimeUnixNano: nanos(start),
            endTimeUnixNano: nanos(end),
            attributes: attributesOf(attributes),
          })),
        },
      ],
    },
  ],
});

/** The processes of Chromium that draw pages. */
const renderers = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer');
    } catch {
      return false;
    }
  });

const LOAD_S = 10;

async function load(browser, { url, pid }, { say, cpuOf }) {
  const before = new Set(renderers());
  const { page } = await opened(browser, url, SCREENS.overview);
  const [renderer] = renderers().filter((each) => !before.has(each));
  const { bodies } = bodiesOf(LOAD_S * 200);
  const parts = bodies.length;
  const cpu = () => [cpuOf(pid), renderer ? cpuOf(renderer) : 0];
  const begin = cpu();
  for (const body of bodies) {
    await post(url, body);
    await setTimeout((LOAD_S * 1000) / parts);
  }
  const [server, drawn] = cpu().map((each, index) => (each - begin[index]) / (LOAD_S * 10));
  say(
    '200 spans/s with the overview open',
    `server ${server.toFixed(0)} %, page ${drawn.toFixed(0)} % of a core`,
  );
  await page.close();
}

const BIG = 18.6 * MB;

async function bigSpan(url, say) {
  const [span] = support(Date.now()).spans;
  const message = [{ role: 'user', parts: [{ type: 'text', content: 'x'.repeat(BIG) }] }];
  Object.assign(span.attributes, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.input.messages': JSON.stringify(message),
  });
  span.spanId = hex(16);
  const begin = performance.now();
  await post(url, JSON.stringify(jsonOf([span])), 'application/json');
  const taken = performance.now() - begin;
  const open = performance.now();
  const answer = await (await fetch(`${url}/api/spans/${span.spanId}`)).text();
  say(
    'a span of 18.6 MB; taken, opened',
    `${ms(taken)}, ${ms(performance.now() - open)}, ${(answer.length / 1024).toFixed(0)} KB sent`,
  );
}

export async function pageRows({ startedViewer, stopped, cpuOf, say, spans }) {
  const executable = findChromium();
  if (!executable) return console.log('the rows of the page are left out: no chromium was found');
  const viewer = await startedViewer();
  for (const body of bodiesOf(spans).bodies) await post(viewer.url, body);
  const browser = await launch(executable);
  try {
    await shows(browser, viewer, { say, cpuOf });
    const page = await sizeOf(browser, viewer, say);
    await scrolls(page, say);
    await filterTime(page, say);
    await page.close();
    await sees(browser, viewer, say);
    await load(browser, viewer, { say, cpuOf });
    await bigSpan(viewer.url, say);
  } finally {
    await browser.close();
    await stopped(viewer);
  }
}
