/** The texts that the built-in redactors find, and those that they leave. */
import assert from 'node:assert/strict';
import { aCall } from '@llmtrace/test-fixtures/call';
import { type Redactor, redactorOf, type Where } from '../../src/content/redactors.ts';

const where: Where = { call: aCall(), kind: 'input', part: 'text' };
const redact = (name: 'keys' | 'emails' | 'cards', text: string) => redactorOf([name])?.(text, where);

const x = (count: number) => 'x1'.repeat(count);

describe('the redactor of keys', () => {
  for (const key of [
    `sk-proj-${x(20)}`,
    `sk-ant-api03-${x(20)}`,
    `AIza${x(20)}`,
    `gsk_${x(12)}`,
    `hf_${x(12)}`,
    `ghp_${x(18)}`,
    `github_pat_${x(20)}`,
    `glpat-${x(12)}`,
    'AKIAQWERTYUIOPASDFGH',
    `xoxb-${x(10)}`,
    `ya29.${x(20)}`,
    `SG.${x(10)}.${x(20)}`,
    `eyJ${x(8)}.eyJ${x(8)}.${x(8)}`,
    `Bearer ${x(12)}`,
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\nMIIE',
    '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128\n\nMIIE\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ-\n-----END PGP PRIVATE KEY BLOCK-----',
  ]) {
    it(`takes out ${key.slice(0, 24)}…`, () => {
      assert.equal(redact('keys', `use ${key}`), 'use [redacted:key]');
    });
  }

  it('takes the password out of a URL, and leaves the rest', () => {
    assert.equal(
      redact('keys', 'postgres://app:s3c@ret@db.test:5432/x'),
      'postgres://app:[redacted:key]@db.test:5432/x',
    );
  });

  for (const text of [
    'a sk- of cards',
    'task-oriented-programming-in-the-large',
    'https://example.test/a:b',
  ]) {
    it(`leaves "${text}"`, () => assert.equal(redact('keys', text), text));
  }
});

describe('redactors, given texts that are made to be slow,', () => {
  for (const unit of [
    '-eyJ',
    'eyJ-',
    'sk-',
    'a@',
    '@a.',
    'aaaa@@@@',
    'api_key=',
    'token: ',
    '?key=',
    'sk-proj-*',
    'Authorization: ',
    '4111 ',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    'a://b:',
  ]) {
    it(`take no longer than twice as long for twice of ${unit}`, () => {
      const steps = (count: number) =>
        redact('keys', redact('emails', redact('cards', unit.repeat(count)) ?? '') ?? '');
      assert.equal(typeof steps(100_000), 'string'); // quadratic ones take longer than the test may
    });
  }
});

describe('the redactor of e-mail addresses', () => {
  for (const address of ['jane.doe+x@example.co.uk', "o'neil@example.com", 'jürgen@bücher.example']) {
    it(`takes out ${address}`, () => {
      assert.equal(redact('emails', `to ${address}.`), 'to [redacted:email].');
    });
  }
  for (const text of ['@decorator', 'a @ b', 'user@localhost', 'npm i pkg@1.2.3']) {
    it(`leaves "${text}"`, () => assert.equal(redact('emails', text), text));
  }
  it('does not take long over a text that is no address', () => {
    const text = `${'a'.repeat(50_000)}@${'b.'.repeat(50_000)}`;
    assert.equal(typeof redact('emails', text), 'string');
  });
});

describe('the redactor of card numbers', () => {
  for (const card of ['4111111111111111', '4111 1111 1111 1111', '5500-0000-0000-0004', '378282246310005']) {
    it(`takes out ${card}`, () => {
      assert.equal(redact('cards', `pay with ${card}, please`), 'pay with [redacted:card], please');
    });
  }
  for (const [text, redacted] of [
    ['4111 1111 1111 1111 123', '[redacted:card] 123'],
    ['4111111111111111 12/27', '[redacted:card] 12/27'],
    ['2 4111 1111 1111 1111', '2 [redacted:card]'],
    ['no.4111111111111111', 'no.[redacted:card]'],
    ['3782 822463 10005', '[redacted:card]'],
  ]) {
    it(`finds the card in ${text}`, () => assert.equal(redact('cards', text ?? ''), redacted));
  }
  for (const text of [
    '4111111111111112', // its check digit is wrong
    '0000000000000000',
    '12345678901234567890123',
    '3.141592653589793',
    '2026-11-23',
  ]) {
    it(`leaves ${text}`, () => assert.equal(redact('cards', text), text));
  }
});

describe('redactors', () => {
  it('run one after the other, and know where the text stands', () => {
    const shout: Redactor = (text, { part }) => `${text.toUpperCase()} (${part})`;
    assert.equal(redactorOf(['emails', shout])?.('a@b.de', where), '[REDACTED:EMAIL] (text)');
  });
  it('are none by default', () => assert.equal(redactorOf([]), undefined));
  it('fail where one gives no text', () => {
    for (const wrong of [() => undefined, () => 7, async () => 'later']) {
      const redactor = redactorOf([wrong as unknown as Redactor]);
      assert.throws(() => redactor?.('text', where), TypeError);
    }
  });
});
