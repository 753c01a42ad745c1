/** A Redis that is far away: slower at first, or always, than a call waits for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expectWithin, runTroop, startWitness } from './processes.ts';
import { describeWithRedis, freePort, type RedisServer, startRedis } from './server.ts';

/** How many may go beyond the limit while processes do not know of each other yet: for each, its first call, and more. */
const ALLOWANCE = 4;
const PROCESSES = 3;
const RATE = 10;
const BURST = 10;

/** Passes data on: to the client at once, to the server after a delay in ms. */
async function startProxy(port: number, delay: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
    near.on('data', (data) => setTimeout(() => far.writable && far.write(data), delay));
    far.pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address() as { port: number };
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `redis://127.0.0.1:${address.port}`, close };
}

describeWithRedis(`${PROCESSES} processes, against ${RATE} a second`, function () {
  this.timeout(60_000);
  // Processes of their own, on a machine that others use too: a test that lacks time passes at another try, a fault never does.
  this.retries(2);
  let redis: RedisServer;
  let witness: Awaited<ReturnType<typeof startWitness>>;
  beforeEach(async () => {
    redis = await startRedis();
    witness = await startWitness();
  });
  afterEach(async () => {
    await witness?.close();
    await redis?.close();
  });

  /** Runs processes that each make this number of calls at once. @returns their output */
  async function run(url: string, calls: number, env = {}): Promise<string> {
    const { ends, codes, stderr } = await runTroop({
      count: PROCESSES,
      calls,
      env: {
        LLMTRACE_REDIS_URL: url,
        LLMTRACE_RATE_LIMIT: String(RATE),
        LLMTRACE_RATE_LIMIT_BURST: String(BURST),
        OPENAI_BASE_URL: witness.url,
        ...env,
      },
    });
    assert.deepEqual(codes, Array(PROCESSES).fill(0), stderr.join(''));
    assert.deepEqual(new Set(ends), new Set(['answered']));
    assert.equal(witness.requests.length, PROCESSES * calls);
    return stderr.join('');
  }

  for (const delay of [30, 100]) {
    it(`keep it with a Redis that is ${delay} ms away`, async () => {
      const proxy = await startProxy(redis.port, delay);
      try {
        const said = await run(proxy.url, 30, { COLD: 'true' });
        if (delay === 30) assert.equal(said, '', 'slower than its bound when cold, and no outage');
        expectWithin(witness.requests, RATE, BURST + PROCESSES * ALLOWANCE, witness.lateness());
      } finally {
        proxy.close();
      }
    });
  }

  it('have no burst while Redis was never within reach, and the rate for as many as are configured', async () => {
    const env = {
      COLD: 'true',
      LLMTRACE_RATE_LIMIT_BURST: '30',
      LLMTRACE_REDIS_PROCESSES: String(PROCESSES),
    };
    const said = await run(`redis://127.0.0.1:${await freePort()}`, 10, env);
    assert.match(said, /out of reach \(ECONNREFUSED\)/);
    expectWithin(witness.requests, RATE, PROCESSES, witness.lateness());
  });
});
