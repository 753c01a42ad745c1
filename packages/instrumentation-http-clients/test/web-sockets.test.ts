/** Calls over WebSockets are not traced: a connection to a host of models produces one warning, and goes on. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GoogleGenAI } from '@google/genai';
import { facts } from '@llmtrace/core/internal';
import { createTelemetry, type DiagRecorder, recordDiag } from '@llmtrace/test-fixtures';
import { HttpClientsInstrumentation } from '../src/index.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** A live session waits for it. */
const READY = Buffer.from('{"setupComplete":{}}');
const WARNING =
  /^llmtrace: calls over WebSockets to 127\.0\.0\.1:\d+ are not traced: llmtrace does not know their tokens and cost\. Count/;

describe('a connection by WebSocket', () => {
  const telemetry = createTelemetry();
  const sockets: Socket[] = [];
  let server: Server;
  let host: string;
  let diag: DiagRecorder;
  let instrumentation: HttpClientsInstrumentation;
  before(async () => {
    server = createServer().on('upgrade', (request, socket: Socket) => {
      const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`);
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          `Sec-WebSocket-Accept: ${key.digest('base64')}\r\n\r\n`,
      );
      socket.once('data', () => socket.write(Buffer.concat([Buffer.of(0x81, READY.length), READY])));
      sockets.push(socket.on('error', () => {}));
    });
    instrumentation = telemetry.install(new HttpClientsInstrumentation());
  });
  beforeEach(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening'); // another port: each host is reported once
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    facts().findings.length = 0;
    facts().untraced.clear();
    diag = recordDiag();
  });
  afterEach(() => {
    diag.stop();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });
  after(() => {
    instrumentation.disable();
    facts().findings.length = 0;
    facts().untraced.clear();
  });

  /** Its path begins with two slashes. */
  const bySdk = async (): Promise<void> => {
    const client = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: `http://${host}` } });
    const session = await client.live.connect({ model: 'gemini-live', callbacks: { onmessage() {} } });
    session.close();
  };
  const byItself = async (): Promise<void> => {
    const connection = new WebSocket(`ws://${host}/v1/realtime?model=gpt-realtime`);
    await new Promise((opened) => connection.addEventListener('open', opened));
    connection.close();
  };

  for (const [who, connect] of [
    ['the SDK’s, by ws', bySdk],
    ['Node.js’ own', byItself],
  ] as const) {
    it(`to a host of models is reported once: ${who}`, async () => {
      instrumentation.setConfig({ providerMap: { [host]: 'openai' } });
      await connect();
      await connect();
      assert.equal(diag.lines.length, 1);
      assert.match(diag.lines[0]?.text ?? '', WARNING);
      assert.deepEqual([...facts().untraced], [[host, 2]]);
      assert.deepEqual(telemetry.spans(), []);
    });
  }

  it('to a host whose calls are known to be untraced is reported, too', async () => {
    const calls = { module: 'http-clients', hosts: /^127\.0\.0\.1$/, paths: /^\/speak$/ };
    facts().untracedCalls?.push(calls);
    await byItself();
    facts().untracedCalls?.splice(facts().untracedCalls?.indexOf(calls) ?? 0, 1);
    assert.match(diag.lines[0]?.text ?? '', WARNING);
  });

  it('to any other host is not meant, nor to one that is left out', async () => {
    instrumentation.setConfig({});
    await bySdk();
    instrumentation.setConfig({ providerMap: { [host]: 'openai' }, httpExclude: [host] });
    await bySdk();
    assert.deepEqual(diag.lines, []);
    assert.deepEqual([...facts().untraced], []);
  });
});
