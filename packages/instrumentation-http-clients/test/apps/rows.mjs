// The ways in which applications use a request and its answer, one row each. The model of a row's request is its name.
// It prints the values that the application got; the test compares them with a run without llmtrace.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { startVendor } from './vendor.mjs';

const hash = (value) => createHash('sha256').update(value).digest('hex').slice(0, 12);
const keys = (object) => Object.getOwnPropertyNames(object).join();

function failure(error) {
  const { name, code, message, cause } = error;
  const where = /127\.0\.0\.1:\d+|localhost:\d+/g;
  return {
    threw: name,
    code,
    message: String(message).replace(where, 'HOST'),
    cause: cause && failure(cause),
  };
}

async function seen(run) {
  try {
    return await run();
  } catch (error) {
    return failure(error);
  }
}

const bodyOf = (model, more) =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'What is the weather?' }], ...more });

async function textOf(stream) {
  let text = '';
  for await (const part of stream) text += Buffer.from(part).toString();
  return hash(text);
}

/** The rows of `fetch`: by name, the use of the response. */
function fetchRows(fetch, url) {
  const post = (model, path, init = {}) =>
    fetch(`${url}/${path}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bodyOf(model, /stream|drop|hold|linger/.test(path) ? { stream: true } : {}),
      ...init,
    });
  const shape = (response) => ({
    status: response.status,
    type: response.headers.get('content-type'),
    ctor: response.constructor.name,
    keys: keys(response),
    redirected: response.redirected,
  });
  const reading = (path, read) => async (model) => {
    const response = await post(model, path);
    const before = shape(response);
    return { ...before, read: await seen(() => read(response)), used: response.bodyUsed };
  };
  const rows = {
    text: reading('plain/0', async (r) => hash(await r.text())),
    json: reading('plain/0', async (r) => hash(JSON.stringify(await r.json()))),
    arrayBuffer: reading('plain/0', async (r) => hash(Buffer.from(await r.arrayBuffer()))),
    blob: reading('plain/0', async (r) => (await r.blob()).size),
    large: reading('large/0', async (r) => hash(await r.text())),
    streamText: reading('stream/0', async (r) => hash(await r.text())),
    streamReader: reading('stream/0', async (r) => {
      const reader = r.body.getReader();
      let text = '';
      for (let part = await reader.read(); !part.done; part = await reader.read())
        text += Buffer.from(part.value);
      return hash(text);
    }),
    streamByob: reading('stream/0', async (r) => {
      const reader = r.body.getReader({ mode: 'byob' });
      let text = '';
      let part = await reader.read(new Uint8Array(64));
      for (; !part.done; part = await reader.read(new Uint8Array(64))) text += Buffer.from(part.value);
      return hash(text);
    }),
    streamForAwait: reading('stream/0', (r) => textOf(r.body)),
    streamPipeThrough: reading('stream/0', (r) => textOf(r.body.pipeThrough(new TransformStream()))),
    streamPipeTo: reading('stream/0', async (r) => {
      let size = 0;
      await r.body.pipeTo(
        new WritableStream({
          write(part) {
            size += part.length;
          },
        }),
      );
      return size;
    }),
    streamTee: reading('stream/0', async (r) => Promise.all(r.body.tee().map(textOf))),
    streamClone: reading('stream/0', async (r) => [hash(await r.clone().text()), hash(await r.text())]),
    streamFromWeb: reading('stream/0', (r) => textOf(Readable.fromWeb(r.body))),
    streamBreak: reading('hold/0', async (r) => {
      for await (const part of r.body) return part.length > 0;
    }),
    streamCancel: reading('hold/0', async (r) => {
      const reader = r.body.getReader();
      await reader.read();
      return reader.cancel('enough');
    }),
    cancelUnread: reading('hold/0', (r) => r.body.cancel()),
    lingering: reading('lingering/0', async (r) => hash(await r.text())),
    drop: reading('drop/0', async (r) => hash(await r.text())),
    html: reading('html/0', async (r) => hash(await r.text())),
    broken: reading('broken/0', (r) => r.json()),
    refusal: reading('refusal/0', async (r) => hash(await r.text())),
    errorInStream: reading('errorinstream/0', async (r) => hash(await r.text())),
    gzip: reading('encoded/gzip', async (r) => hash(await r.text())),
    br: reading('encoded/br', async (r) => hash(await r.text())),
    deflate: reading('encoded/deflate', async (r) => hash(await r.text())),
    rawDeflate: reading('encoded/raw-deflate', async (r) => hash(await r.text())),
    gzipStream: reading('encodedstream/0', (r) => textOf(r.body)),
    async abortBefore(model) {
      return seen(() => post(model, 'never/0', { signal: AbortSignal.abort() }));
    },
    async abortWaiting(model) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      return seen(() => post(model, 'never/0', { signal: controller.signal }));
    },
    async abortReading(model) {
      const controller = new AbortController();
      const response = await post(model, 'hold/0', { signal: controller.signal });
      const reader = response.body.getReader();
      await reader.read();
      controller.abort();
      return seen(async () => {
        while (!(await reader.read()).done);
      });
    },
    async timeout(model) {
      return seen(() => post(model, 'never/0', { signal: AbortSignal.timeout(50) }));
    },
    async refused(model) {
      return seen(() =>
        fetch('http://127.0.0.1:15999/v1/chat/completions', { method: 'POST', body: bodyOf(model) }),
      );
    },
    async request(model) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: bodyOf(model) };
      const response = await fetch(new Request(`${url}/plain/0/v1/chat/completions`, init));
      return hash(await response.text());
    },
    async streamedRequest(model) {
      const body = new Blob([bodyOf(model).slice(0, 20), bodyOf(model).slice(20)]).stream();
      return hash(await (await post(model, 'plain/0', { body, duplex: 'half' })).text());
    },
    async form(model) {
      const form = new FormData();
      form.set('file', new Blob(['RIFF'.repeat(30_000)]), 'a.wav');
      form.set('model', model);
      form.set('temperature', '0.5');
      const response = await fetch(`${url}/transcript/0/v1/audio/transcriptions`, {
        method: 'POST',
        body: form,
      });
      return { status: response.status, read: hash(await response.text()) };
    },
    async redirected(model) {
      const response = await post(model, 'redirect/307');
      return { ...shape(response), read: hash(await response.text()) };
    },
    async redirectManual(model) {
      const response = await post(model, 'redirect/307', { redirect: 'manual' });
      return { ...shape(response), read: hash(await response.text()) };
    },
    async redirectNowhere(model) {
      const response = await post(model, 'nowhere/0', { redirect: 'manual' });
      return { ...shape(response), read: hash(await response.text()) };
    },
    async redirectNowhereFollowed(model) {
      await post(model, 'nowhere/0');
    },
    async keepAlive(model) {
      const read = [];
      for (let i = 0; i < 5; i++) read.push(hash(await (await post(`${model}${i}`, 'plain/0')).text()));
      return read;
    },
    async parallel(model) {
      const all = Array.from({ length: 10 }, (_, i) => post(`${model}${i}`, 'stream/0'));
      return Promise.all(all.map(async (one) => hash(await (await one).text())));
    },
    async unread(model) {
      const { status } = await post(model, 'plain/0');
      await sleep(50);
      return status;
    },
  };
  for (const status of [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 529])
    rows[`status${status}`] = reading(`status/${status}`, async (r) => hash(await r.text()));
  return rows;
}

/** Of undici's own API. */
function undiciRows(undici, url, h2Url) {
  const options = (model, more) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: bodyOf(model, more),
  });
  const at = (path) => `${url}/${path}/v1/chat/completions`;
  const rows = {
    async text(model) {
      const { statusCode, body } = await undici.request(at('plain/0'), options(model));
      return { statusCode, read: hash(await body.text()) };
    },
    async stream(model) {
      const { statusCode, body } = await undici.request(at('stream/0'), options(model, { stream: true }));
      return { statusCode, read: await textOf(body) };
    },
    async destroyed(model) {
      const { body } = await undici.request(at('hold/0'), options(model, { stream: true }));
      const error = new Promise((resolve) => body.once('error', resolve));
      body.once('data', () => body.destroy(new Error('enough')));
      return failure(await error);
    },
    async dumped(model) {
      const { statusCode, body } = await undici.request(at('plain/0'), options(model));
      await body.dump();
      return statusCode;
    },
    async status(model) {
      const { statusCode, body } = await undici.request(at('status/429'), options(model));
      return { statusCode, read: hash(await body.text()) };
    },
    async dropped(model) {
      const { body } = await undici.request(at('drop/0'), options(model, { stream: true }));
      return seen(() => textOf(body));
    },
    async aborted(model) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      return seen(() => undici.request(at('never/0'), { ...options(model), signal: controller.signal }));
    },
    async generator(model) {
      async function* body() {
        yield bodyOf(model).slice(0, 30);
        yield bodyOf(model).slice(30);
      }
      const { body: answer } = await undici.request(at('plain/0'), { ...options(model), body: body() });
      return hash(await answer.text());
    },
    async pool(model) {
      const pool = new undici.Pool(url, { connections: 1 });
      const { body } = await pool.request({ path: '/plain/0/v1/chat/completions', ...options(model) });
      const read = hash(await body.text());
      await pool.close();
      return read;
    },
    async mocked(model) {
      const agent = new undici.MockAgent();
      agent.disableNetConnect();
      const pool = agent.get('https://api.openai.com');
      pool.intercept({ path: '/v1/chat/completions', method: 'POST' }).reply(200, { choices: [] });
      const { statusCode, body } = await undici.request('https://api.openai.com/v1/chat/completions', {
        ...options(model),
        dispatcher: agent,
      });
      return { statusCode, read: await body.json() };
    },
    async ownFetch(model) {
      return hash(await (await undici.fetch(at('stream/0'), options(model, { stream: true }))).text());
    },
    async http2(model) {
      const dispatcher = new undici.Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
      const { statusCode, body } = await undici.request(`${h2Url}/stream/0/v1/chat/completions`, {
        ...options(model, { stream: true }),
        dispatcher,
      });
      const read = await textOf(body);
      await dispatcher.close();
      return { statusCode, read };
    },
  };
  return rows;
}

const once = (emitter, ...names) =>
  new Promise((resolve) => {
    for (const name of names) emitter.once(name, (value) => resolve([name, value]));
  });

/** Of `node:http`. */
function httpRows(http, url) {
  const ask = (path, more = {}) =>
    http.request(`${url}/${path}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...more.headers },
      ...more,
    });
  const answer = async (request) => {
    const [name, value] = await once(request, 'response', 'error');
    if (name === 'error') return failure(value);
    return {
      status: value.statusCode,
      keys: Object.keys(value).join(),
      read: await seen(() => textOf(value)),
    };
  };
  return {
    end(model) {
      const request = ask('plain/0');
      const { length, name } = request.write;
      request.end(bodyOf(model));
      return answer(request).then((seen) => ({ ...seen, length, name, own: Object.keys(request).join() }));
    },
    pieces(model) {
      const request = ask('plain/0');
      request.write(bodyOf(model).slice(0, 25));
      setTimeout(() => request.end(Buffer.from(bodyOf(model).slice(25))), 10);
      return answer(request);
    },
    stream(model) {
      const request = ask('stream/0');
      request.end(bodyOf(model, { stream: true }));
      return answer(request);
    },
    async events(model) {
      const request = ask('stream/0');
      request.end(bodyOf(model, { stream: true }), () => {});
      const [, response] = await once(request, 'response');
      let size = 0;
      response.on('data', (part) => {
        size += part.length;
      });
      await once(response, 'end');
      return { size, complete: response.complete, flowing: response.readableFlowing };
    },
    async encoding(model) {
      const request = ask('plain/0');
      request.end(Buffer.from(bodyOf(model)).toString('base64'), 'base64');
      const [, response] = await once(request, 'response');
      response.setEncoding('utf8');
      let text = '';
      for await (const part of response) text += part;
      return hash(text);
    },
    gzip(model) {
      const request = ask('encoded/gzip');
      request.end(bodyOf(model));
      return answer(request);
    },
    status(model) {
      const request = ask('status/429');
      request.end(bodyOf(model));
      return answer(request);
    },
    drop(model) {
      const request = ask('drop/0');
      request.end(bodyOf(model, { stream: true }));
      return answer(request);
    },
    refused(model) {
      const request = http.request('http://127.0.0.1:15999/v1/chat/completions', { method: 'POST' });
      request.end(bodyOf(model));
      return answer(request);
    },
    aborted(model) {
      const controller = new AbortController();
      const request = ask('never/0', { signal: controller.signal });
      setTimeout(() => controller.abort(), 30);
      request.end(bodyOf(model));
      return answer(request);
    },
    async left(model) {
      const request = ask('hold/0');
      request.end(bodyOf(model, { stream: true }));
      const [, response] = await once(request, 'response');
      await once(response, 'data');
      response.destroy();
      await once(response, 'close');
      return { destroyed: response.destroyed, aborted: response.aborted };
    },
    async continued(model) {
      const request = ask('plain/0', {
        headers: { 'content-type': 'application/json', expect: '100-continue' },
      });
      request.flushHeaders();
      await once(request, 'continue');
      request.end(bodyOf(model));
      return answer(request);
    },
    async keepAlive(model) {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const read = [];
      for (let i = 0; i < 3; i++) {
        const request = ask('plain/0', { agent });
        request.end(bodyOf(`${model}${i}`));
        read.push((await answer(request)).read);
      }
      agent.destroy();
      return read;
    },
  };
}

/** Of `node:http2`, whose requests Node.js 24 publishes. Each row has a session of its own, but for the one of several. */
function http2Rows(http2, h2Url) {
  const connect = (url = h2Url) => http2.connect(url, { rejectUnauthorized: false }).on('error', () => {});
  const ask = (session, path, more) =>
    session.request(
      {
        ':method': 'POST',
        ':path': `/${path}/v1/chat/completions`,
        'Content-Type': 'application/json',
      },
      more,
    );
  const answer = async (stream) => {
    const [name, value] = await once(stream, 'response', 'error');
    if (name === 'error') return failure(value);
    return {
      status: value[':status'],
      own: Object.keys(stream).length,
      read: await seen(() => textOf(stream)),
    };
  };
  const closing = (use) => async (model) => {
    const session = connect();
    try {
      return await use(session, model);
    } finally {
      session.destroy();
    }
  };
  const asking = (path, more) =>
    closing((session, model) => {
      const stream = ask(session, path);
      const { length, name } = stream.write;
      stream.end(bodyOf(model, more));
      return answer(stream).then((seen) => ({ ...seen, length, name }));
    });
  return {
    end: asking('plain/0'),
    stream: asking('stream/0', { stream: true }),
    gzip: asking('encoded/gzip'),
    status: asking('status/429'),
    drop: asking('drop/0', { stream: true }),
    pieces: closing((session, model) => {
      const stream = ask(session, 'plain/0');
      stream.write(bodyOf(model).slice(0, 25));
      setTimeout(() => stream.end(Buffer.from(bodyOf(model).slice(25))), 10);
      return answer(stream);
    }),
    list: closing(async (session, model) => {
      const path = '/plain/0/v1/chat/completions';
      const stream = await seen(() => session.request([':method', 'POST', ':path', path]));
      stream.end(bodyOf(model));
      return answer(stream);
    }),
    events: closing(async (session, model) => {
      const stream = ask(session, 'stream/0').setEncoding('utf8');
      stream.end(bodyOf(model, { stream: true }), () => {});
      let text = '';
      stream.on('data', (part) => {
        text += part;
      });
      await once(stream, 'end');
      return hash(text);
    }),
    aborted: closing((session, model) => {
      const controller = new AbortController();
      const stream = ask(session, 'never/0', { signal: controller.signal });
      setTimeout(() => controller.abort(), 30);
      stream.end(bodyOf(model));
      return answer(stream);
    }),
    left: closing(async (session, model) => {
      const stream = ask(session, 'hold/0');
      stream.end(bodyOf(model, { stream: true }));
      await once(stream, 'data');
      stream.close(http2.constants.NGHTTP2_CANCEL);
      await once(stream, 'close');
      return { destroyed: stream.destroyed, aborted: stream.aborted };
    }),
    sessionLeft: closing(async (session, model) => {
      const stream = ask(session, 'hold/0');
      stream.end(bodyOf(model, { stream: true }));
      await once(stream, 'data');
      session.destroy();
      await once(stream, 'close');
      return { destroyed: stream.destroyed, aborted: stream.aborted };
    }),
    refused(model) {
      const stream = ask(connect('https://127.0.0.1:15999'), 'plain/0');
      stream.end(bodyOf(model));
      return answer(stream);
    },
    parallel: closing((session, model) =>
      Promise.all(
        Array.from({ length: 5 }, (_, i) => {
          const stream = ask(session, 'stream/0');
          stream.end(bodyOf(`${model}${i}`, { stream: true }));
          return answer(stream);
        }),
      ),
    ),
  };
}

/** Of clients over `node:http`. */
function packageRows({ axios, nodeFetch, got, nock }, url, h2Url) {
  const at = (path) => `${url}/${path}/v1/chat/completions`;
  const rows = {
    async axios(model) {
      const { status, data } = await axios.post(at('plain/0'), JSON.parse(bodyOf(model)));
      return { status, id: data.id };
    },
    async axiosStream(model) {
      const { data } = await axios.post(at('stream/0'), JSON.parse(bodyOf(model, { stream: true })), {
        responseType: 'stream',
      });
      return textOf(data);
    },
    async axiosStatus(model) {
      return seen(() => axios.post(at('status/500'), JSON.parse(bodyOf(model))));
    },
    async axiosAborted(model) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      return seen(() => axios.post(at('never/0'), JSON.parse(bodyOf(model)), { signal: controller.signal }));
    },
    async axiosRedirected(model) {
      const { status, data } = await axios.post(at('redirect/307'), JSON.parse(bodyOf(model)));
      return { status, id: data.id };
    },
    async nodeFetch(model) {
      const response = await nodeFetch(at('stream/0'), {
        method: 'POST',
        body: bodyOf(model, { stream: true }),
      });
      return textOf(response.body);
    },
    async nodeFetchGzip(model) {
      const response = await nodeFetch(at('encoded/gzip'), { method: 'POST', body: bodyOf(model) });
      return hash(await response.text());
    },
  };
  if (got)
    Object.assign(rows, {
      async got(model) {
        return (await got.post(at('plain/0'), { json: JSON.parse(bodyOf(model)) }).json()).id;
      },
      async gotStream(model) {
        return textOf(got.stream.post(at('stream/0'), { json: JSON.parse(bodyOf(model, { stream: true })) }));
      },
      async gotHttp2(model) {
        const options = {
          http2: true,
          https: { rejectUnauthorized: false },
          json: JSON.parse(bodyOf(model)),
        };
        const response = await got.post(`${h2Url}/plain/0/v1/chat/completions`, options);
        return [JSON.parse(response.body).id, response.httpVersion];
      },
    });
  if (nock)
    rows.nock = async (model) => {
      const mock = await nock();
      mock('https://api.openai.com').post('/v1/chat/completions').reply(200, { id: 'mocked', choices: [] });
      const { data } = await axios.post(
        'https://api.openai.com/v1/chat/completions',
        JSON.parse(bodyOf(model)),
      );
      mock.restore();
      return data.id;
    };
  return rows;
}

const MODERN = ['undici', 'got'];
const isOlder = (major) => Number.parseInt(process.versions.node, 10) < major;

/** @param load gives the exports of a package, by `import` or by `require`. */
export async function run(load, tls) {
  const vendor = await startVendor(tls);
  const { url, h2Url } = vendor;
  // undici 8 takes the place of the dispatcher of `fetch` when it loads, and does not run on Node.js 20. nock loads it; got needs 22.
  const [undici, http, http2, axios, nodeFetch, got] = await Promise.all(
    ['undici', 'node:http', 'node:http2', 'axios', 'node-fetch', 'got'].map((name) =>
      isOlder(22) && MODERN.includes(name) ? undefined : load(name).catch(() => undefined),
    ),
  );
  const main = (exports) => exports?.default ?? exports;
  const packages = {
    axios: main(axios),
    nodeFetch: main(nodeFetch),
    got: got?.got ?? main(got),
    // Once it is loaded, no request of node:http2 over TLS gets an answer, without llmtrace too.
    nock: isOlder(22) ? undefined : async () => main(await load('nock')),
  };
  const families = {
    fetch: fetchRows(globalThis.fetch, url),
    undici: undici ? undiciRows(undici, url, h2Url) : {},
    http: httpRows(main(http), url),
    http2: isOlder(24) ? {} : http2Rows(main(http2), h2Url),
    packages: packageRows(packages, url, h2Url),
  };
  const only = process.argv[2];
  for (const [family, rows] of Object.entries(families)) {
    for (const [name, row] of Object.entries(rows)) {
      const model = `${family}-${name}`;
      if (only && only !== model) continue;
      process.stdout.write(`${JSON.stringify({ row: model, seen: await seen(() => row(model)) })}\n`);
    }
  }
  await sleep(1100); // a redirect that is not followed ends its call after a second
  vendor.close();
}
