/** Hashes of attributes that may name a person. */
import { hmacSha256, randomKey } from '../platform/crypto.ts';
import { warnOnce } from '../platform/warn.ts';

/** The most hashes in memory: computing one takes some 3 µs. */
const MAX = 10_000;
/** 128 bits: no two of a billion users have the same hash. */
const LENGTH = 32;

export type Hash = (value: string) => string;

/** @param salt undefined for a random salt of this process: a hash without salt is undone by hashing all ids. */
export function hashWith(salt: string | undefined): Hash {
  const key = salt ?? ownSalt();
  const known = new Map<string, string>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const hash = hmacSha256(key, value).slice(0, LENGTH);
    if (known.size >= MAX) known.clear();
    known.set(value, hash);
    return hash;
  };
}

let random: string | undefined;

function ownSalt(): string {
  if (random === undefined)
    warnOnce(
      'attributes are hashed with a salt of this process alone, because no LLMTRACE_HASH_SALT is set: the same user has ' +
        'another hash in each process. Set LLMTRACE_HASH_SALT to one secret for all of them',
    );
  random ??= randomKey();
  return random;
}
