/**
 * The load generator, in a process of its own: so many requests, so many of them at once. It answers with the seconds
 * that they took, and with the requests whose answer was wrong.
 */
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 4096 });

/** @returns whether the answer has the bytes that it must have. */
function ask(port, body, least) {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const request = http.request({ port, path: '/chat', method: 'POST', agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (part) => {
        bytes += part.length;
      });
      response.on('close', () => resolve(response.statusCode === 200 && response.complete && bytes >= least));
    });
    request.on('error', () => resolve(false));
    request.end(body);
  });
}

async function load({ port, chunks = 0, gap = 0, atOnce, requests }) {
  const body = Buffer.from(JSON.stringify({ chunks, gap }));
  const least = chunks === 0 ? 20 : (chunks - 2) * 20;
  let left = requests;
  let failed = 0;
  const since = performance.now();
  const worker = async () => {
    while (left-- > 0) if (!(await ask(port, body, least))) failed++;
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { seconds: (performance.now() - since) / 1000, failed };
}

process.on('message', async ({ id, does, ...options }) => {
  if (does === 'exit') process.exit();
  process.send({ id, ...(await load(options)) });
});
process.send({ id: 0 });
