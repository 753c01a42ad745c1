/** Requests with the headers of SDKs made by Stainless: the instrumentation finds its own. */
import assert from 'node:assert/strict';
import { entry as openaiEntry } from '../src/index.ts';

const openai = openaiEntry.vendor;

const { paths, sentBy } = openai.requests!;
const versionOf = (headers: Record<string, string>) => sentBy((name) => headers[name]);

describe('a request of the SDK', () => {
  const SDK = { 'x-stainless-lang': 'js', 'x-stainless-package-version': '7.57.0' };
  const SENT: [string, Record<string, string>, string | undefined][] = [
    ['the SDK’s', { ...SDK, 'user-agent': 'OpenAI/JS 7.57.0' }, '7.57.0'],
    ['with a user agent of the application', { ...SDK, 'user-agent': 'langchainjs-openai/1.0.0' }, '7.57.0'],
    ['of a subclass', { ...SDK, 'user-agent': 'GatewayClient/JS 7.57.0' }, '7.57.0'],
    ['of the first version', { ...SDK, 'x-stainless-package-version': '4.19.0' }, '4.19.0'],
    ['of an earlier one', { ...SDK, 'x-stainless-package-version': '4.18.0' }, undefined],
    ['of an SDK made alike', { ...SDK, 'x-stainless-package-version': '1.6.0' }, undefined],
    ['of the SDK for Python', { ...SDK, 'x-stainless-lang': 'python' }, undefined],
    ['of Anthropic’s', { ...SDK, 'anthropic-version': '2023-06-01' }, undefined],
    ['of another client', { 'user-agent': 'curl/8' }, undefined],
  ];
  for (const [what, headers, expected] of SENT) {
    it(`is recognised by its headers: ${what}`, () => assert.equal(versionOf(headers), expected));
  }

  it('is one that an endpoint sends', () => {
    const sent = [
      '/v1/chat/completions',
      '/v1/responses',
      '/v1/decisions',
      '/openai/deployments/x/embeddings?api-version=1',
    ];
    assert.deepEqual(
      [...sent, '/v1/models', '/v1/threads/t/messages'].filter((path) => paths.test(path)),
      sent,
    );
  });

  it('is a call that is not traced where its answer has no usage', () => {
    const kindOf = (path: string) => openai.untraced?.[0]?.paths.exec(path)?.slice(1).find(Boolean);
    const KINDS = {
      '/v1/threads/runs': 'runs',
      '/v1/threads/thread_1/runs?include[]=x': 'runs',
      '/v1/videos': 'videos',
      '/v1/videos/video_1/remix': 'videos',
      '/v1/decisions': undefined,
      '/openai/v1/video/generations/jobs?api-version=preview': 'video/generations',
      '/v1/evals/eval_1/runs': 'evals',
      '/v1/fine_tuning/alpha/graders/run': 'graders',
      '/v1/agents/sessions/session_1/events': 'agents/sessions',
      '/v1/agents/automations/a/invocations': 'agents/automations',
      '/v1/agents/automations': undefined,
      '/v1/realtime/calls?model=gpt-realtime': 'realtime',
      '/v1/realtime/calls/rtc_1/accept': 'realtime',
      '/v1/realtime/calls/rtc_1/hangup': undefined,
      '/v1/live/sessions': 'live',
      '/v1/realtime/client_secrets': undefined,
      '/v1/threads/thread_1/messages': undefined,
      '/v1/threads/thread_1/runs/run_1/cancel': undefined,
      '/v1/videos/characters': undefined,
      '/v1/agents': undefined,
      '/v1/chat/completions': undefined,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(KINDS).map((path) => [path, kindOf(path)])), KINDS);
  });
});
