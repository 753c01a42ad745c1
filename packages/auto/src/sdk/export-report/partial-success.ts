/** The items that a collector rejected in an accepted export: OTLP's partial success, alike for all signals. */

export interface Rejected {
  readonly count: number;
  readonly message: string;
}

/** @returns undefined where nothing was rejected, and the collector has nothing to say. */
export function rejectedIn(body: Buffer, type: string | undefined): Rejected | undefined {
  try {
    const rejected = type?.includes('json') ? ofJson(JSON.parse(body.toString())) : ofMessage(body);
    return rejected.count > 0 || rejected.message !== '' ? rejected : undefined;
  } catch {
    return undefined; // no answer of OTLP
  }
}

function ofJson(answer: { partialSuccess?: Readonly<Record<string, unknown>> } | null): Rejected {
  const { rejectedSpans, rejectedDataPoints, rejectedLogRecords, errorMessage } =
    answer?.partialSuccess ?? {};
  // 64-bit integers are texts in JSON.
  const count = Number(rejectedSpans ?? rejectedDataPoints ?? rejectedLogRecords ?? 0);
  return { count: count > 0 ? count : 0, message: typeof errorMessage === 'string' ? errorMessage : '' };
}

/**
 * `Export…ServiceResponse { partial_success = 1 { rejected_… = 1 (int64), error_message = 2 (string) } }` of
 * opentelemetry-proto 1.x.
 */
function ofMessage(body: Buffer): Rejected {
  const partial = fieldsOf(body).get(1);
  const fields = Buffer.isBuffer(partial) ? fieldsOf(partial) : new Map();
  const [count, message] = [fields.get(1), fields.get(2)];
  return {
    count: typeof count === 'number' ? count : 0,
    message: Buffer.isBuffer(message) ? message.toString() : '',
  };
}

/** The fields of a message of protocol buffers that are integers or have a length. @throws where it is none. */
function fieldsOf(message: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const value = varint();
    if ((tag & 7) === 0) fields.set(tag >>> 3, value);
    else if ((tag & 7) === 2) {
      fields.set(tag >>> 3, message.subarray(at, at + value));
      at += value;
    } else throw new TypeError('Expected an integer or bytes.');
  }
  return fields;
}
