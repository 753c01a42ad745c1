import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launch } from './browser.ts';

const BIN = fileURLToPath(new URL('../../../llmtrace/bin/llmtrace.js', import.meta.url));
const SOON = { timeout: 20_000 };
const executable = findChromium();

/** Makes one streamed call, and runs until its standard input ends. */
const appOf = (port: number) => `
import OpenAI from ${JSON.stringify(import.meta.resolve('openai'))};
const client = new OpenAI({ apiKey: 'x', baseURL: 'http://127.0.0.1:${port}/v1' });
const messages = [{ role: 'user', content: 'tell' }];
const stream = await client.chat.completions.create({ model: 'gpt-5-mini', stream: true, messages });
for await (const chunk of stream);
for await (const part of process.stdin);`;

const chunk = (rest: object): string =>
  `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-mini', ...rest })}\n\n`;
const word = (content: string) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });

(executable ? describe : describe.skip)('the page of llmtrace view with a command', () => {
  let browser: Browser;
  let provider: Server;
  let asked: Promise<ServerResponse>;
  let folder: string;
  let command: ChildProcess;
  let page: Page;
  let url: string;

  before(async () => {
    browser = await launch(executable as string);
    folder = mkdtempSync(join(tmpdir(), 'view-command-'));
    provider = createServer();
    asked = once(provider, 'request').then(([request, response]) => {
      request.resume();
      return response;
    });
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    writeFileSync(join(folder, 'app.mjs'), appOf((provider.address() as AddressInfo).port));
    const args = ['view', '--port', '0', '--no-open', '--', process.execPath, 'app.mjs'];
    const env = { ...process.env, CI: '1', NODE_OPTIONS: '', LLMTRACE_PRICSE: 'x' };
    command = spawn(process.execPath, [BIN, ...args], { cwd: folder, env });
    let said = '';
    while (!said.includes('view ')) said += String((await once(command.stderr as never, 'data'))[0]);
    url = /http:\S+/.exec(said)?.[0] ?? '';
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    command?.kill();
    provider?.closeAllConnections();
    provider?.close();
    rmSync(folder, { recursive: true });
  });

  it('shows a call while it streams, filling, and its chunks as soon as it has ended', async () => {
    const response = await asked;
    response.setHeader('content-type', 'text/event-stream');
    response.write(word('one '));
    await page.goto(`${url}/calls`);
    await page.waitForSelector('.running .first', SOON);
    const row = page.locator('.running');
    assert.match((await row.textContent()) ?? '', /gpt-5-mini.*running for .*1 chunkfirst after [\d.]+ m?s$/);
    const place = await row.boundingBox();
    let sent = 1;
    const writing = setInterval(() => {
      response.write(word(`${++sent} `));
    }, 40);
    await row
      .getByText(/^\d{2,} chunks$/)
      .waitFor(SOON)
      .finally(() => clearInterval(writing));
    assert.deepEqual(await row.boundingBox(), place);
    assert.equal(await page.locator('.tr').count(), 0);
    response.end(`${chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`);
    const ended = Date.now();
    await page.waitForSelector('.tr:not(.loading)', SOON);
    const took = Date.now() - ended;
    // It takes 0.2 s on an idle machine, and longer on a busy one.
    assert.ok(took < 5000, `${took} ms`);
    await page.locator('.running').waitFor({ state: 'detached', ...SOON });
    await page.click('.tr');
    await page.waitForSelector('.panel .timeline .note', SOON);
    assert.match((await page.textContent('.panel .timeline .note')) ?? '', new RegExp(`^${sent + 1} chunks`));
  });

  it('shows a finding of the doctor while the application runs, and ends with it', async () => {
    await page.goto(`${url}/setup`);
    await page.waitForSelector('.findings li', SOON);
    assert.match((await page.textContent('.findings')) ?? '', /LLMTRACE_PRICSE is no variable of llmtrace/);
    assert.equal(command.exitCode, null);
    command.stdin?.end();
    assert.deepEqual(await once(command, 'close'), [0, null]);
  });
});
