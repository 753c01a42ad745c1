// Makes screenshots of the viewer: `npm run screenshots` makes those of the README, `npm run screenshots -- FOLDER` those
// of all screens, light and dark, at 1440 and 800 px. They show the built page with the calls of the tests' made-up shop.
// The script needs a Chromium: CHROMIUM names it, else it is searched on the path.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startViewer } from '@llmtrace/view';
import { findChromium, launch } from '../packages/view/test/browser/browser.ts';
import { history, sendRunning, sendTraces } from '../packages/view/test/fixtures/shop.ts';
import { root } from './lib/npm.mjs';

const [target] = process.argv.slice(2);
const folder = target ?? join(root, 'docs', 'screenshots');
const WIDTHS = target ? [1440, 800] : [1440];
/** The screenshots that the README shows. */
const SHOWN = ['overview-light', 'trace-dark'];
const executable = findChromium();
if (!executable) throw new Error('No chromium was found: set CHROMIUM to one.');

const viewer = await startViewer({ port: 0 });
await sendTraces(viewer.url, history(Date.now()));
const progress = { chunks: 148, firstChunk: 0.62 };
await sendRunning(viewer.url, { model: 'claude-sonnet-4-6', start: Date.now() - 4000, progress });
await sendRunning(viewer.url, { model: 'gpt-5-mini', start: Date.now() - 6500 });
const get = async (path) => (await fetch(`${viewer.url}/api/${path}`)).json();
const [retried] = (await get('calls?q=retries>1%20is:ok')).rows;
const [agent] = (await get('traces?q=researcher')).rows;
const [asked] = (await get('calls?q=root:support%20finish:tool')).rows;
const [session] = (await get('sessions')).sessions.sort((a, b) => b.calls - a.calls);

/** Each screen: its address, and a selector that matches once the screen is drawn. */
const SCREENS = {
  overview: ['/', '.strip svg'],
  calls: ['/calls', '.tr:not(.loading)'],
  call: [`/calls?q=retries%3E1&open=${retried.id}`, '.panel .timeline svg'],
  trace: [`/traces/${asked.traceId}?span=${asked.id}`, '.panel .figures'],
  agent: [`/traces/${agent.id}`, '.panel .figures'],
  session: [`/sessions/${encodeURIComponent(session.id)}`, '.turns'],
  traces: ['/traces', '.rows tbody tr'],
  sessions: ['/sessions', '.rows tbody tr'],
  errors: ['/errors', '.group'],
  compare: [`/compare?a=${retried.id}&b=${asked.id}`, '.sides svg'],
  setup: ['/setup', '.setup'],
};

async function shoot(name, [path, ready], { theme, width }) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  await page.addInitScript(`localStorage.setItem('llmtrace.theme', '${theme}')`);
  await page.goto(viewer.url + path);
  await page.waitForSelector(ready);
  const suffix = width === 1440 ? '' : `-${width}`;
  await page.screenshot({ path: join(folder, `${name}-${theme}${suffix}.png`) });
  await page.close();
}

mkdirSync(folder, { recursive: true });
const browser = await launch(executable);
for (const theme of ['light', 'dark']) {
  for (const [name, screen] of Object.entries(SCREENS)) {
    if (!target && !SHOWN.includes(`${name}-${theme}`)) continue;
    for (const width of WIDTHS) await shoot(name, screen, { theme, width });
  }
}
await browser.close();
await viewer.close();
console.log(`The screenshots are in ${folder}.`);
