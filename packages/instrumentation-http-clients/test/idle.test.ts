/** Answers that the application leaves without a sign: their calls end once nothing has arrived for a time. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Loopback, serve } from '@llmtrace/test-fixtures/loopback';
import { createTelemetry } from '@llmtrace/test-fixtures/telemetry';
import { HttpClientsInstrumentation } from '../src/index.ts';

const telemetry = createTelemetry();
const LIMIT = 1000;
const EVENT = 'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';

describe('an answer that is left', () => {
  let server: Loopback;
  let url: string;
  let instrumentation: HttpClientsInstrumentation;
  const answers: ServerResponse[] = [];
  before(async () => {
    server = await serve((request, response) => {
      request.resume().on('end', () => {
        answers.push(response);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(EVENT);
      });
    });
    url = `${server.url}/v1/chat/completions`;
    instrumentation = telemetry.install(new HttpClientsInstrumentation({ httpIdleTimeout: LIMIT }));
  });
  beforeEach(() => telemetry.reset());
  after(async () => {
    instrumentation.disable();
    await server.close();
  });

  const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] });

  it('ends its call as abandoned, once, when nothing has arrived for a time', async () => {
    const left = await fetch(url, { method: 'POST', body });
    const read = await fetch(url, { method: 'POST', body });
    const [, other] = answers;
    const going = setInterval(() => other?.write(EVENT), LIMIT / 20);
    while (telemetry.spans().length === 0) await sleep(20);
    const outcomes = () => telemetry.spans().map(({ attributes: a }) => a['llmtrace.stream.outcome']);
    assert.deepEqual(outcomes(), ['abandoned']);
    clearInterval(going);
    other?.end('data: [DONE]\n\n');
    answers[0]?.end('data: [DONE]\n\n');
    assert.match(await read.text(), /DONE/);
    assert.match(await left.text(), /DONE/);
    await telemetry.ended();
    await sleep(0);
    assert.deepEqual(outcomes(), ['abandoned', 'completed']);
  });

  it('has a limit longer than any timer of Node.js, without its warning of a shorter one', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    instrumentation.setConfig({ httpIdleTimeout: Number.POSITIVE_INFINITY });
    const response = await fetch(url, { method: 'POST', body });
    await sleep(20);
    process.off('warning', listen);
    answers.at(-1)?.end('data: [DONE]\n\n');
    await response.text();
    await telemetry.ended();
    assert.deepEqual(warnings, []);
    assert.equal(telemetry.spans()[0]?.attributes['llmtrace.stream.outcome'], 'completed');
  });
});
