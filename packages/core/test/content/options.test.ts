/** The options of content capture. */
import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import sinon from 'sinon';
import { type ContentOptions, resolveContent } from '../../src/content/options.ts';
import { redactorOf, type Where } from '../../src/content/redactors.ts';

const CAPTURE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

const where: Where = { call: aCall(), kind: 'input', part: 'text' };

describe('the options of content capture', () => {
  const warn = sinon.spy();
  const resolve = (env: Record<string, string> = {}, content?: ContentOptions) =>
    resolveContent(content, env, warn);

  beforeEach(() => warn.resetHistory());

  for (const [said, mode] of [
    ['', 'NO_CONTENT'],
    ['false', 'NO_CONTENT'],
    ['no_content', 'NO_CONTENT'],
    ['true', 'SPAN_ONLY'],
    ['Span_Only', 'SPAN_ONLY'],
    ['EVENT_ONLY', 'EVENT_ONLY'],
    ['span_and_event', 'SPAN_AND_EVENT'],
  ] as const) {
    it(`capture as ${mode} where the environment says ${said || 'nothing'}`, () => {
      assert.equal(resolve({ [CAPTURE]: said }).capture, mode);
      sinon.assert.notCalled(warn);
    });
  }

  it('capture nothing for an unknown mode in the environment, with a warning', () => {
    assert.equal(resolve({ [CAPTURE]: 'everything' }).capture, 'NO_CONTENT');
    sinon.assert.calledOnceWithMatch(
      warn,
      CAPTURE,
      'one of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT',
    );
  });

  it('let nothing pass where the environment names a redactor that does not exist', () => {
    const env = { [CAPTURE]: 'true', LLMTRACE_CONTENT_REDACT: 'keys,email' };
    for (const [content, names] of [
      [undefined, 'keys,email'],
      [{ capture: 'SPAN_ONLY' }, 'email'],
      [undefined, ','],
    ] as const) {
      const { redact } = resolve({ ...env, LLMTRACE_CONTENT_REDACT: names }, content);
      assert.throws(() => redactorOf(redact)?.('hello', where), /Expected LLMTRACE_CONTENT_REDACT to name/);
      sinon.assert.calledWithMatch(warn, 'LLMTRACE_CONTENT_REDACT');
    }
    const redact = (text: string) => text;
    assert.deepEqual(resolve(env, { redact }).redact, [redact]);
    assert.equal(resolve(env, { redact }).capture, 'SPAN_ONLY', 'what the code says holds');
  });

  it('prefer an option in code to the environment', () => {
    const env = { [CAPTURE]: 'SPAN_ONLY', LLMTRACE_CONTENT_MAX_LENGTH: '10' };
    assert.partialDeepStrictEqual(resolve(env, { capture: 'EVENT_ONLY' }), {
      capture: 'EVENT_ONLY',
      maxLength: 10,
    });
  });

  it('are the same when they are resolved once more', () => {
    const once = resolve({}, { capture: 'SPAN_ONLY', redact: 'keys' });
    assert.deepEqual(resolve({}, once), once);
  });

  for (const [content, message] of [
    [{ capture: 'always' }, /^Expected `content\.capture` to be one of NO_CONTENT, /],
    [{ maxLength: 0 }, /^Expected `content\.maxLength` to be a positive integer, got 0\.$/],
    [{ redact: ['phones'] }, /^Expected `content\.redact` to be of keys, emails, cards or functions, /],
    [{ completionHook: true }, /^Expected `content\.completionHook` to be a function, got true\.$/],
    [{ mode: 'SPAN_ONLY' }, /^Expected `content` to have no option `mode`\.$/],
    [true, /^Expected `content` to be an object, got true\.$/],
  ] as const) {
    it(`refuse ${JSON.stringify(content)}`, () => {
      assert.throws(() => resolve({}, content as ContentOptions), { name: 'TypeError', message });
    });
  }
});
