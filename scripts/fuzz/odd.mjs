// Values that an application may pass and JSON cannot hold: `{ $odd: NAME }` stands for them in a play.

const cyclic = () => {
  const made = { text: 'cyclic' };
  made.itself = made;
  return made;
};

const ODD = {
  undefined: () => undefined,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  bigint: () => 10n ** 30n,
  symbol: () => Symbol('odd'),
  function: () => () => 'odd',
  date: () => new Date(0),
  map: () => new Map([['a', 1]]),
  bytes: () => new Uint8Array([1, 2, 3]),
  hole: () => new Array(5),
  huge: () => 'x'.repeat(200_000),
  deep: () => JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`),
  bare: () => Object.assign(Object.create(null), { role: 'user' }),
  frozen: () => Object.freeze({ role: 'user' }),
  cyclic,
  getter: () => ({
    get text() {
      throw new RangeError('this getter throws');
    },
  }),
  toJSON: () => ({
    toJSON() {
      throw new RangeError('this toJSON throws');
    },
  }),
  toString: () => ({
    toString() {
      throw new RangeError('this toString throws');
    },
  }),
  proxy: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new RangeError('this proxy throws');
        },
        ownKeys: () => {
          throw new RangeError('this proxy throws');
        },
      },
    ),
};

/** Their names. */
export const ODD_NAMES = Object.keys(ODD);

/** The value with each odd one in its place. */
export function revived(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$odd === 'string' && Object.hasOwn(ODD, value.$odd)) return ODD[value.$odd]();
  if (Array.isArray(value)) return value.map(revived);
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, revived(entry)]));
}
