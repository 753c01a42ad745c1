/** The suite of the SDKs' interceptors, for a client that is no more than `fetch`. */
import { vendorCase } from '@llmtrace/test-fixtures/cases/openai';
import { describeClientResilience } from '@llmtrace/test-fixtures/resilience';
import type { CallOptions } from '@llmtrace/test-fixtures/vendor-profile';
import { HttpClientsInstrumentation } from '../src/index.ts';

interface Body {
  readonly stream?: boolean;
}

const client =
  (url: string) =>
  async (body: Body, { signal }: CallOptions = {}): Promise<unknown> => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
    if (!response.ok) throw Object.assign(new Error('refused'), { status: response.status });
    return body.stream ? response.body : response.json();
  };

const [chat] = vendorCase.families;

describeClientResilience(
  {
    ...vendorCase,
    name: 'fetch',
    package: 'fetch',
    client: (_sdk, url) => client(url),
    families: [{ ...chat!, call: (send: ReturnType<typeof client>, body, options) => send(body, options) }],
  },
  {
    create: (config) => new HttpClientsInstrumentation({ ...config, interceptFetch: true }),
    numbered: false,
    isFetch: true,
  },
);
