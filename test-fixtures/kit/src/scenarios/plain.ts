/** Rows about plain calls and the promises that SDKs return for them. */
import type { Row } from '../vendor-profile.ts';
import { answered, failed } from './expected.ts';

/** Rows for the promises of all SDKs. */
export const plainRows: readonly Row[] = [
  {
    name: 'create',
    async run({ client, call, family, see, seeShape }) {
      const vendor = client();
      const { owner, method } = family.target(vendor);
      see('the method', { name: owner[method].name, length: owner[method].length });
      const promise = call(vendor);
      see('a promise', promise instanceof Promise);
      seeShape('promise', promise);
      const value = await promise;
      see('value', value);
      see('the same value again', (await promise) === value);
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'several readers of one promise',
    async run({ client, call, see }) {
      const promise = call(client());
      const values = await Promise.all([
        promise,
        promise.then((value: unknown) => value),
        promise.catch(() => {}),
      ]);
      see('one value', new Set(values).size);
      see('finally', await promise.finally(() => see('finally', 'ran')));
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'calls at the same time',
    async run({ client, call, see }) {
      const vendor = client();
      const values = await Promise.all(Array.from({ length: 5 }, () => call(vendor)));
      see('answers', values.length);
    },
    calls: (setting) => Array.from({ length: 5 }, () => answered(setting)),
  },
  {
    name: 'the application stays in its own context',
    async run({ client, call, see, isCallerActive }) {
      const promise = call(client());
      see('after the call', isCallerActive());
      await promise;
      see('after the answer', isCallerActive());
      await promise.then(() => see('in then', isCallerActive()));
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'an answer that is never awaited',
    async run({ client, call, received, see }) {
      call(client());
      await received(1);
      see('sent at once', true);
    },
    calls: ({ family }) => [{ family, answer: 'none', outcome: 'abandoned' }],
    collected: true,
  },
  {
    name: 'garbage is collected while the application waits',
    async run({ client, call, see, collectGarbage }) {
      const promise = call(client());
      await collectGarbage();
      see('value', await promise);
      await collectGarbage();
      see('the same value', await promise);
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'connection lost within the answer',
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), { model: 'drop-mid-stream' }));
    },
    calls: (setting) => [failed(setting, 'droppedBody', 'drop-mid-stream')],
  },
  {
    name: 'a failure that is never awaited',
    async run({ client, call, received }) {
      call(client(), { model: 'fail-401' });
      await received(1);
    },
    calls: (setting) => [failed(setting, '401', 'fail-401')],
  },
  {
    name: 'the arguments stay as they are',
    async run({ client, family, see }) {
      const request = family.request({});
      const before = structuredClone(request);
      await family.call(client(), request, undefined);
      see('before', before);
      see('after', request);
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'arguments that make no sense',
    async run({ client, family, attempt }) {
      const vendor = client();
      const { owner, method } = family.target(vendor);
      await attempt('nothing', () => owner[method]());
      await attempt('null', () => owner[method](null));
    },
    calls: () => 'unknown',
  },
];

/** Rows for promises with access to the raw response. */
export const responseRows: readonly Row[] = [
  {
    name: 'withResponse',
    async run({ client, call, see }) {
      const answer = await call(client()).withResponse();
      see('answer', answer);
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'asResponse, then the body as text',
    async run({ client, call, see }) {
      const response = await call(client()).asResponse();
      see('response', response);
      see('body', await response.text());
      see('body used', response.bodyUsed);
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'asResponse, then the body as JSON',
    async run({ client, call, see }) {
      const response = await call(client()).asResponse();
      see('body', await response.json());
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'asResponse, then the body piece by piece',
    async run({ client, call, see }) {
      const response = await call(client()).asResponse();
      const parts: Uint8Array[] = [];
      for await (const part of response.body) parts.push(part);
      see('body', Buffer.concat(parts).toString());
    },
    calls: ({ family }) => [{ family, answer: 'none', isUnseen: true }],
  },
  {
    name: 'asResponse, then the parsed answer',
    async run({ client, call, see }) {
      const promise = call(client());
      const response = await promise.asResponse();
      see('body used', response.bodyUsed);
      see('value', await promise);
      see('body used afterwards', response.bodyUsed);
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'asResponse that is never read',
    async run({ client, call, see }) {
      const response = await call(client()).asResponse();
      see('status', response.status);
    },
    calls: ({ family }) => [{ family, answer: 'none', outcome: 'abandoned' }],
    collected: true,
  },
  {
    name: 'asResponse, and garbage is collected before the body is read',
    async run({ client, call, see, collectGarbage }) {
      const response = await call(client()).asResponse();
      await collectGarbage();
      see('body', await response.text());
    },
    calls: (setting) => [answered(setting)],
  },
  {
    name: 'asResponse, then abort while the answer is parsed',
    async run({ client, call, attempt }) {
      const controller = new AbortController();
      const promise = call(client(), { model: 'hang-mid-stream' }, { signal: controller.signal });
      await promise.asResponse(); // resolves when the headers have arrived
      const answer = attempt('answer', () => promise);
      setImmediate(() => controller.abort());
      await answer;
    },
    calls: (setting) => [failed(setting, 'abortedBody', 'hang-mid-stream')],
  },
  {
    name: 'asResponse of a failure',
    async run({ client, call, attempt }) {
      await attempt('response', () => call(client(), { model: 'fail-401' }).asResponse());
    },
    calls: (setting) => [failed(setting, '401', 'fail-401')],
  },
  {
    name: 'withResponse of a failure',
    async run({ client, call, attempt }) {
      await attempt('answer', () => call(client(), { model: 'fail-401' }).withResponse());
    },
    calls: (setting) => [failed(setting, '401', 'fail-401')],
  },
];
