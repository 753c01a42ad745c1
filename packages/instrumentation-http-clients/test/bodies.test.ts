/** Bodies are read the same, no matter how the network cuts them. */
import assert from 'node:assert/strict';
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { readerOf } from '../src/bodies/answer.ts';
import { Decoder, decodingOf } from '../src/bodies/decoder.ts';
import { RequestBody } from '../src/bodies/request-body.ts';

const FORM = 'multipart/form-data; boundary=----b0undary';

const form = (file: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      '------b0undary\r\nContent-Disposition: form-data; name="temperature"\r\n\r\n0.5\r\n' +
        '------b0undary\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n',
    ),
    file,
    Buffer.from(
      '\r\n------b0undary\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n------b0undary--\r\n',
    ),
  ]);

/** Every way to cut bytes in two, and each byte by itself. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (byte) => Buffer.of(byte));
}

function bodyOf(type: string, pieces: Iterable<Buffer | string>, encoding?: string): unknown {
  const body = new RequestBody(type, encoding);
  for (const piece of pieces) body.add(piece);
  return body.value();
}

/** The result of reading an answer: its events, the whole, and the mark of its end. */
function answerOf(type: string, pieces: Iterable<Buffer>, isBulky = false): unknown[] {
  const seen: unknown[] = [];
  const reader = readerOf(type, isBulky, {
    event: (value) => seen.push(value),
    whole: (value) => seen.push({ whole: value }),
    list: (values) => seen.push({ list: values }),
    last: () => seen.push('last'),
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return seen;
}

function expectAtEachCut(type: string, text: string, expected: unknown[]): void {
  for (const pieces of cuts(Buffer.from(text))) assert.deepEqual(answerOf(type, pieces), expected);
}

describe('the body of a request', () => {
  it('gives the small fields of a form, wherever it is cut', () => {
    for (const pieces of cuts(form(Buffer.from('RIFF\r\n--not the end\r\n')))) {
      assert.deepEqual({ ...(bodyOf(FORM, pieces) as object) }, { temperature: '0.5', model: 'whisper-1' });
    }
  });

  it('that is compressed is read, wherever it is cut, but not where it is broken or too long', () => {
    const packed = (text: string): Buffer => gzipSync(text);
    for (const pieces of cuts(packed('{"model":"m"}')))
      assert.deepEqual(bodyOf('application/json', pieces, 'gzip'), { model: 'm' });
    assert.equal(bodyOf('application/json', [packed('{"model":"m"}').subarray(0, 20)], 'gzip'), undefined);
    const long = packed(`{"model":"m","text":"${'x'.repeat(9_000_000)}"}`);
    assert.equal(bodyOf('application/json', [long], 'gzip'), undefined);
  });

  it('skips files and long fields', () => {
    const fields = bodyOf(FORM, [form(Buffer.alloc(3_000_000, 'x'))]) as object;
    assert.deepEqual({ ...fields }, { temperature: '0.5', model: 'whisper-1' });
    const long = `------b0undary\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n${'x'.repeat(5000)}\r\n------b0undary--`;
    assert.deepEqual({ ...(bodyOf(FORM, [long]) as object) }, {});
    assert.deepEqual(
      { ...(bodyOf('multipart/form-data; boundary="a b"', ['no form at all']) as object) },
      {},
    );
  });

  it('is JSON, else undefined', () => {
    for (const pieces of cuts(Buffer.from('{"model":"é€😀"}')))
      assert.deepEqual(bodyOf('application/json', pieces), { model: 'é€😀' });
    assert.equal(bodyOf('application/json', ['{"model":']), undefined);
    assert.equal(bodyOf('', []), undefined);
  });

  it('that is too long to be parsed gives the model at its start or its end, in one piece or several', () => {
    const content = 'x'.repeat(9 * 2 ** 20);
    const first = bodyOf('application/json', [
      `{"model":"m-1","messages":["`,
      content,
      '"],"stream": true}',
    ]) as any;
    assert.deepEqual([first.model, first.stream], ['m-1', true]);
    const last = bodyOf('application/json', [`{"messages":["`, content, '"],"model" : "m-2"}']) as any;
    assert.deepEqual([last.model, last.stream], ['m-2', undefined]);
    const whole = bodyOf('application/json', [`{"model":"m-3","messages":["${content}"]}`]) as any;
    assert.equal(whole.model, 'm-3');
  });
});

describe('the body of an answer', () => {
  it('is the events of a stream, wherever it is cut and however its lines end', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expectAtEachCut(
        'text/event-stream; charset=utf-8',
        [
          ': a comment',
          '',
          'event: a',
          'data: {"a":',
          'data: "é"}',
          'id: 1',
          '',
          'data:{"b":2}',
          '',
          'data: [DONE]',
          '',
          '',
        ].join(end),
        [{ a: 'é' }, { b: 2 }, 'last'],
      );
  });

  it('ends with an event that has no empty line after it', () => {
    expectAtEachCut('text/event-stream', 'data: {"a":1}\n\ndata: {"b":2}', [{ a: 1 }, { b: 2 }]);
  });

  it('leaves out events that are no JSON', () => {
    expectAtEachCut('text/event-stream', 'data: hello\n\ndata: {"a":1}\n\n', [{ a: 1 }]);
  });

  it('is a value a line, one value, or a list', () => {
    expectAtEachCut('application/x-ndjson', '{"a":1}\n{"b":2}\n', [{ a: 1 }, { b: 2 }]);
    expectAtEachCut('application/json', '{"a":1}', [{ whole: { a: 1 } }]);
    expectAtEachCut('application/json; charset=utf-8', '[{"a":1}\n,\r\n{"b":2}]', [
      { list: [{ a: 1 }, { b: 2 }] },
    ]);
    expectAtEachCut('application/json', '{"a":', []);
  });

  it('shows its type by its text, if it has no content type', () => {
    assert.deepEqual(answerOf('', [Buffer.from('data: {"a":1}\n\n')]), [{ a: 1 }]);
    assert.deepEqual(answerOf('text/plain', [Buffer.from(' {"a":1}')]), [{ whole: { a: 1 } }]);
    assert.deepEqual(answerOf('audio/mpeg', [Buffer.from('ID3')]), [{ whole: {} }]);
    assert.deepEqual(answerOf('text/plain', [Buffer.from('It is sunny.')]), [{ whole: {} }]);
  });

  it('knows the format of a body without a telling type, wherever it is cut', () => {
    for (const type of ['', 'text/plain', 'application/octet-stream']) {
      expectAtEachCut(type, ' {"a":1}', [{ whole: { a: 1 } }]);
      expectAtEachCut(type, 'event: x\ndata: {"a":1}\n\ndata: [DONE]\n\n', [{ a: 1 }, 'last']);
      expectAtEachCut(type, 'ID3, and then sound', [{ whole: {} }]);
    }
  });

  it('is whole JSON though it is announced as events, wherever it is cut', () => {
    expectAtEachCut('text/event-stream', ' {"a":1}', [{ whole: { a: 1 } }]);
    expectAtEachCut('text/event-stream', ': a comment\n\ndata: {"a":1}\n\n', [{ a: 1 }]);
    expectAtEachCut('text/event-stream', 'other: x\ndata: {"a":1}\n\n', [{ a: 1 }]);
  });

  it('that is numbers for the most part is read at its start and its end', () => {
    const numbers = JSON.stringify(Array.from({ length: 200_000 }, (_, i) => i / 7));
    const text = `{"object":"list","data":[{"embedding":${numbers}}],"model":"e-1","usage":{"prompt_tokens":9,"note":"a } \\" {"}}`;
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: 100 }, (_, i) => bytes.subarray(i * 50_000, (i + 1) * 50_000));
    assert.deepEqual(answerOf('application/json', pieces, true), [
      { whole: { object: 'list', model: 'e-1', usage: { prompt_tokens: 9, note: 'a } " {' } } },
    ]);
  });

  it('is the messages of an AWS event stream', () => {
    const stream = Buffer.concat([
      awsMessage({ ':message-type': 'event', ':event-type': 'messageStop' }, '{"stopReason":"end_turn"}'),
      awsMessage({ ':message-type': 'event', ':event-type': 'metadata' }, '{"usage":{"inputTokens":3}}'),
      awsMessage(
        { ':message-type': 'exception', ':exception-type': 'throttlingException' },
        '{"message":"slow"}',
      ),
    ]);
    for (const pieces of cuts(stream))
      assert.deepEqual(answerOf('application/vnd.amazon.eventstream', pieces), [
        { messageStop: { stopReason: 'end_turn' } },
        { metadata: { usage: { inputTokens: 3 } } },
        { exception: { code: 'throttlingException', message: 'slow' } },
      ]);
    assert.deepEqual(answerOf('application/vnd.amazon.eventstream', [Buffer.alloc(40, 255)]), []);
  });
});

function awsMessage(headers: Record<string, string>, payload: string): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.of(name.length),
        Buffer.from(name),
        Buffer.of(7),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + head.length + payload.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  return Buffer.concat([prelude, head, Buffer.from(payload), Buffer.alloc(4)]);
}

describe('a compressed answer', () => {
  const decoded = (encoding: string, bytes: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const decoding = decodingOf(encoding);
      assert.ok(decoding && decoding !== 'unknown');
      let text = '';
      const decoder = new Decoder(
        decoding,
        (piece) => {
          text += Buffer.from(piece).toString();
        },
        () => resolve(text),
      );
      for (const byte of bytes) decoder.write(Buffer.of(byte));
      decoder.end();
    });

  it('is decoded, and one that is broken ends', async () => {
    const bytes = gzipSync('{"a":1}');
    assert.equal(await decoded('gzip', bytes), '{"a":1}');
    assert.equal(await decoded(' GZIP ', bytes.subarray(0, 12)), '');
    assert.equal(await decoded('br', Buffer.from('not compressed')), '');
    assert.equal(await decoded('gzip', Buffer.of()), '');
    assert.deepEqual(
      [decodingOf(undefined), decodingOf('identity'), decodingOf('rot13')],
      [undefined, undefined, 'unknown'],
    );
  });

  it('may be in either form of deflate', async () => {
    for (const pack of [deflateSync, deflateRawSync])
      assert.equal(await decoded('deflate', pack('{"a":1}')), '{"a":1}');
  });
});
