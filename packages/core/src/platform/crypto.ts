/**
 * Hashes and random keys. `node:crypto` is loaded with the first of them: at start it takes 8 % of the CPU time that
 * llmtrace adds, and most processes need none.
 */
const crypto = () => process.getBuiltinModule('node:crypto');

/** SHA-256, 64 hexadecimal digits. */
export const sha256 = (data: string | Uint8Array): string =>
  crypto().createHash('sha256').update(data).digest('hex');

/** HMAC with SHA-256, 64 hexadecimal digits. */
export const hmacSha256 = (key: string, data: string): string =>
  crypto().createHmac('sha256', key).update(data).digest('hex');

/** A random UUID. */
export const randomId = (): string => crypto().randomUUID();

/** Random bytes, as two hexadecimal digits each. */
export const randomHex = (bytes: number): string => crypto().randomBytes(bytes).toString('hex');

/** Fills bytes with random ones. */
export const fillRandom = (bytes: Buffer): unknown => crypto().randomFillSync(bytes);

/** 256 random bits, 64 hexadecimal digits. */
export const randomKey = (): string => randomHex(32);
