// MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), as dd-trace sends its spans.

/** Decodes the value that bytes begin with; numbers of 64 bits are `bigint`. */
export function decode(bytes) {
  let at = 0;
  const take = (read, size) => {
    const value = bytes[read](at);
    at += size;
    return value;
  };
  const sized = { 1: 'readUInt8', 2: 'readUInt16BE', 4: 'readUInt32BE' };
  const length = (size) => take(sized[size], size);
  const raw = (size) => {
    at += size;
    return bytes.subarray(at - size, at);
  };
  const text = (size) => raw(size).toString();
  const list = (size) => Array.from({ length: size }, () => value());
  const map = (size) => Object.fromEntries(Array.from({ length: size }, () => [value(), value()]));
  const skipType = (size) => {
    at += 1;
    return raw(size);
  };
  const BY_TYPE = {
    ...{ 192: () => null, 194: () => false, 195: () => true },
    ...{ 196: () => raw(length(1)), 197: () => raw(length(2)), 198: () => raw(length(4)) },
    ...{ 202: () => take('readFloatBE', 4), 203: () => take('readDoubleBE', 8) },
    ...{ 204: () => length(1), 205: () => length(2), 206: () => length(4) },
    207: () => take('readBigUInt64BE', 8),
    ...{ 208: () => take('readInt8', 1), 209: () => take('readInt16BE', 2) },
    ...{ 210: () => take('readInt32BE', 4), 211: () => take('readBigInt64BE', 8) },
    ...{ 212: () => skipType(1), 213: () => skipType(2), 214: () => skipType(4) },
    ...{ 215: () => skipType(8), 216: () => skipType(16) },
    ...{ 217: () => text(length(1)), 218: () => text(length(2)), 219: () => text(length(4)) },
    ...{ 220: () => list(length(2)), 221: () => list(length(4)) },
    ...{ 222: () => map(length(2)), 223: () => map(length(4)) },
  };
  function value() {
    const type = length(1);
    if (type < 0x80) return type;
    if (type < 0x90) return map(type & 0x0f);
    if (type < 0xa0) return list(type & 0x0f);
    if (type < 0xc0) return text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    const read = BY_TYPE[type];
    if (!read) throw new Error(`The byte ${type} is no type of MessagePack.`);
    return read();
  }
  return value();
}
