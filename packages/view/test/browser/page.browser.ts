import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startViewer, type Viewer } from '../../src/server/server.ts';
import { HOSTILE_SESSION, history, sendRunning, sendTraces, support } from '../fixtures/shop.ts';
import { findChromium, launch, SKIPPED } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SOON = { timeout: 10_000 };

const executable = findChromium();
if (!executable) process.stdout.write(`${SKIPPED}\n`);

(executable ? describe : describe.skip)('the page of the viewer', () => {
  let browser: Browser;
  let viewer: Viewer;
  let context: BrowserContext;
  let page: Page;
  /** Events that must never happen: errors, dialogs, requests to other hosts. */
  let trouble: string[] = [];

  const watch = (watched: Page) => {
    watched.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    watched.on('console', (line) => line.type() === 'error' && trouble.push(`console: ${line.text()}`));
    watched.on('request', (request) => {
      if (!request.url().startsWith(viewer.url)) trouble.push(`request: ${request.url()}`);
    });
  };
  const api = async (path: string): Promise<any> => (await fetch(`${viewer.url}/api/${path}`)).json();
  const open = async (path: string, ready: string) => {
    await page.goto(viewer.url + path);
    await page.waitForSelector(ready, SOON);
  };
  const query = (name: string) => new URL(page.url()).searchParams.get(name);
  /** Polls at each frame. `waitForFunction` would evaluate text in the page, which the page's policy forbids. */
  const until = (check: string) =>
    page.evaluate(`new Promise((resolve, reject) => {
      const end = performance.now() + ${SOON.timeout};
      const look = () => {
        if (${check}) resolve();
        else if (performance.now() > end) reject(new Error(${JSON.stringify('never so: ')} + ${JSON.stringify(check)}));
        else requestAnimationFrame(look);
      };
      look();
    })`);

  before(async () => {
    browser = await launch(executable as string);
    viewer = await startViewer({ port: 0 });
    await sendTraces(viewer.url, history(Date.now(), 30, 6));
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  });
  after(async () => {
    await browser?.close();
    await viewer?.close();
  });
  beforeEach(async () => {
    trouble = [];
    page = await context.newPage();
    watch(page);
    page.on('dialog', (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(trouble, []);
  });

  describe('by the keyboard', () => {
    it('goes from the overview to two calls side by side, and back', async () => {
      await open('/', '.strip svg');
      await page.keyboard.press('g');
      await page.keyboard.press('c');
      await page.waitForSelector('.tr:not(.loading)', SOON);
      for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key);
      await page.waitForSelector('.panel .figures', SOON);
      const [first, third] = (await api('calls?limit=5')).rows.filter(
        (_: unknown, index: number) => index % 2 === 0,
      );
      assert.equal(query('open'), third.id);
      await page.keyboard.press('c');
      for (const key of ['k', 'k', 'c']) await page.keyboard.press(key);
      await page.waitForSelector('.compare .sides', SOON);
      assert.deepEqual([query('a'), query('b')], [third.id, first.id]);
      await page.goBack();
      await page.waitForSelector('.panel .figures', SOON);
      await page.keyboard.press('Escape');
      await until(`!location.search.includes('open=')`);
    });

    it('filters, and shows the keys', async () => {
      await open('/calls', '.tr:not(.loading)');
      await page.keyboard.press('/');
      await page.keyboard.type('is:error model:gpt');
      await until(`new URLSearchParams(location.search).get('q') === 'is:error model:gpt'`);
      const { totals } = await api(`calls?q=${encodeURIComponent('is:error model:gpt')}`);
      await until(`document.querySelector('.sum').textContent.startsWith('${totals.calls} calls found')`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]', SOON);
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog[open]', { ...SOON, state: 'detached' });
    });

    it('keeps each letter of a filter that is typed slowly', async () => {
      await open('/calls', '.tr:not(.loading)');
      // Each letter comes just after the query of the letter before, and before the page has drawn that.
      await page.evaluate(`void (window.filled = new Promise((resolve) => {
        const input = document.querySelector('#filter');
        const left = [...'model:gpt'];
        const write = () => {
          if (left.length === 0) return resolve(input.value);
          input.value += left.shift();
          input.dispatchEvent(new Event('input', { bubbles: true }));
        };
        const replace = history.replaceState;
        history.replaceState = (...values) => {
          replace.apply(history, values);
          write();
        };
        write();
      }))`);
      assert.equal(await page.evaluate('window.filled'), 'model:gpt');
      await until(`new URLSearchParams(location.search).get('q') === 'model:gpt'`);
    });

    it('folds and unfolds the spans of a trace', async () => {
      const [trace] = (await api('traces?q=catalogue')).rows;
      await open(`/traces/${trace.id}`, '.wfrow.open');
      assert.ok((await page.locator('.wfrow').count()) < 80, `${trace.spans} spans, and only those in sight`);
      await page.focus('.wf');
      await page.keyboard.press('Home');
      await until(`document.querySelector('.wfrow.open')?.getAttribute('aria-level') === '1'`);
      await page.keyboard.press('ArrowLeft');
      await until(`document.querySelectorAll('.wfrow').length === 1`);
      await page.keyboard.press('ArrowRight');
      await until(`document.querySelectorAll('.wfrow').length > 10`);
    });
  });

  it('names the words of a filter that are no valid tests', async () => {
    await open('/calls?q=foo:bar', '.unknown');
    assert.match((await page.textContent('.unknown')) ?? '', /foo:bar/);
  });

  it('sorts by a click on the head of a column', async () => {
    await open('/calls', '.tr:not(.loading)');
    await page.click('.thead .c-cost button');
    const [dearest] = (await api('calls?sort=cost&limit=1')).rows;
    await until(`document.querySelector('.tr')?.id === 'r-${dearest.id}'`);
  });

  describe('live', () => {
    it('shows a call within half a second after it was received', async () => {
      await open('/calls', '.tr:not(.loading)');
      await page.evaluate(`void (window.added = new Promise((resolve) => {
        const first = document.querySelector('.tr').id;
        new MutationObserver(() => {
          if (document.querySelector('.tr')?.id !== first) resolve(Date.now());
        }).observe(document.querySelector('.vlist'), { subtree: true, childList: true, attributes: true });
      }))`);
      await sendTraces(viewer.url, [support(Date.now() - 500, { isNew: true })]);
      const sent = Date.now();
      const shown = (await page.evaluate('window.added')) as number;
      // It takes half a second on an idle machine, and longer on a busy one.
      assert.ok(shown - sent < 5000, `${shown - sent} ms`);
    });

    it('does not move the visible rows, and shows the number of newer calls', async () => {
      await open('/calls', '.tr:not(.loading)');
      await page.evaluate(`document.querySelector('.vlist').scrollTop = 1500`);
      await until(`document.querySelector('.tr').getAttribute('aria-rowindex') > 20`);
      await until(`document.querySelectorAll('.tr.loading').length === 0`);
      const row = `document.querySelectorAll('.tr')[12].id`;
      const before = await page.evaluate(row);
      await sendTraces(viewer.url, [support(Date.now(), { isNew: true })]);
      await page.waitForSelector('.pill', SOON);
      assert.equal(await page.evaluate(row), before);
      await page.click('.pill');
      await until(`document.querySelector('.vlist').scrollTop === 0`);
    });

    it('shows a call that is running', async () => {
      await open('/calls', '.tr:not(.loading)');
      await sendRunning(viewer.url, { model: 'gpt-5-mini', start: Date.now() - 3400 });
      await page.waitForSelector('.running', SOON);
      assert.match((await page.textContent('.running')) ?? '', /running for [\d.]+ s$/);
    });

    it('shows how far the stream of a running call is', async () => {
      await open('/calls', '.running');
      const progress = { chunks: 1480, firstChunk: 0.62 };
      await sendRunning(viewer.url, { model: 'claude-sonnet-4-6', start: Date.now() - 3400, progress });
      await page.waitForSelector('.running .first', SOON);
      const row = page.locator('.running', { hasText: 'claude-sonnet-4-6' });
      assert.match((await row.textContent()) ?? '', /running for [\d.]+ s1,480 chunksfirst after 620 ms$/);
      const boxes = await Promise.all(
        (await page.locator('.running').all()).map((each) => each.boundingBox()),
      );
      assert.deepEqual(
        boxes.map((box) => box?.height),
        [30, 30],
      );
    });
  });

  describe('the text of a model', () => {
    it('stays text in a call', async () => {
      const [call] = (await api(`calls?q=${encodeURIComponent('user:mallory')}`)).rows;
      await open(`/calls?open=${call.id}`, '.chat');
      assert.match((await page.textContent('.chat')) ?? '', /<script>alert\(1\)<\/script>/);
      assert.notEqual(await page.title(), 'pwned');
      assert.equal(
        await page.locator('.chat img, .chat script, svg[onload], a[href^="javascript"]').count(),
        0,
      );
      assert.ok(
        await page.locator('.chat .ctl').first().isVisible(),
        'what cannot be seen is shown by its number',
      );
    });

    it('stays text in a session', async () => {
      await open(`/sessions/${encodeURIComponent(HOSTILE_SESSION)}`, '.turns');
      assert.equal(await page.locator('svg[onload], .turns script').count(), 0);
    });
  });

  it('opens a call from a linked address, and scrolls to it', async () => {
    const { rows } = await api('calls?offset=150&limit=1');
    await open(`/calls?open=${rows[0].id}`, '.tr.open');
    assert.equal(await page.getAttribute('.tr.open', 'id'), `r-${rows[0].id}`);
  });

  it('shows that a span is gone', async () => {
    trouble = [];
    await open('/calls?open=00112233aabbccdd', '.panel h2');
    await until(`document.querySelector('.panel h2').textContent === 'This span is no longer here'`);
    // Chromium logs the 404, which is the expected answer.
    trouble = trouble.filter((line) => !/404/.test(line));
  });

  describe('for everyone', () => {
    const call = async (q: string) => (await api(`calls?q=${encodeURIComponent(q)}`)).rows[0];
    const screens: Record<string, () => string | Promise<string>> = {
      'the overview': () => '/',
      'the calls': () => '/calls',
      'the traces': () => '/traces',
      'the sessions': () => '/sessions',
      'the errors': () => '/errors',
      'no comparison': () => '/compare',
      'the setup': () => '/setup',
      'a call': async () => `/calls?open=${(await call('retries>1 is:ok')).id}`,
      'a call that failed': async () => `/calls?open=${(await call('is:error')).id}`,
      'a trace of agents': async () => `/traces/${(await api('traces?q=researcher')).rows[0].id}`,
      'a session': async () => `/sessions/${encodeURIComponent((await api('sessions')).sessions[0].id)}`,
      'an error': async () => `/errors?key=${encodeURIComponent((await api('errors'))[0].key)}`,
      'a comparison': async () =>
        `/compare?a=${(await call('retries>1 is:ok')).id}&b=${(await call('is:error')).id}`,
    };
    const drawn = async (own: Page) => {
      await own.waitForSelector('main h1, main h2', SOON);
      await own.waitForSelector('[aria-busy="true"]', { ...SOON, state: 'detached' });
    };
    const violations = (own: Page) =>
      own.evaluate(`axe
        .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
        .then(({ violations }) => violations.map(({ id, nodes }) =>
          [id, nodes.length, nodes[0].html.slice(0, 200), nodes[0].failureSummary.slice(0, 300)]))`);

    for (const [name, address] of Object.entries(screens)) {
      it(`fits at four widths, and breaks no rule of axe in two themes: ${name}`, async () => {
        // The test injects axe into the page, whose policy forbids other scripts.
        const own = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
        try {
          await own.goto(viewer.url + (await address()));
          await drawn(own);
          await own.evaluate(axe);
          for (const theme of ['light', 'dark']) {
            await own.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
            assert.deepEqual(await violations(own), [], theme);
          }
          for (const width of [1440, 1024, 800, 480]) {
            await own.setViewportSize({ width, height: 800 });
            const beyond = await own.evaluate('document.documentElement.scrollWidth - innerWidth');
            assert.ok(Number(beyond) <= 0, `${beyond} px too wide at ${width}`);
          }
        } finally {
          await own.close();
        }
      });
    }
  });

  describe('at the end', () => {
    it('removes all calls after a confirmation, and then shows how to connect', async () => {
      await open('/setup', '.setup');
      page.removeAllListeners('dialog');
      page.on('dialog', (dialog) => dialog.accept());
      await page.getByText('Forget all').click();
      await until(`document.querySelector('nav').textContent.includes('0 spans')`);
      await open('/', '.emptybox');
      assert.ok(await page.getByText('No call has been seen yet').isVisible());
      await open('/calls', '.running, .emptybox');
    });
  });
});
