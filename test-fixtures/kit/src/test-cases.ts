/** A **play** is one row with one family of one copy of an SDK. The conformance suite consists of plays. */
import { failureRows } from './scenarios/failures.ts';
import { plainRows, responseRows } from './scenarios/plain.ts';
import { sdkStreamRows } from './scenarios/sdk-streams.ts';
import { streamRows } from './scenarios/streams.ts';
import type { SdkInfo } from './sdks.ts';
import type { Family, Row, Setting, VendorCase } from './vendor-profile.ts';

export interface Play extends Setting {
  readonly row: Row;
  /** The name of the play among those of its copy. */
  readonly name: string;
}

/** The rows that are not run with a copy, with the reason. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

const GENERIC: readonly Row[] = [
  ...plainRows,
  ...responseRows,
  ...failureRows,
  ...streamRows,
  ...sdkStreamRows,
];

/** All plays of a copy, and the rows that do not apply to it. */
export function playsOf(vendor: VendorCase, sdk: SdkInfo): { plays: Play[]; leftOut: LeftOut[] } {
  const plays: Play[] = [];
  const leftOut: LeftOut[] = [];
  const add = (row: Row, family: Family, name: string): void => {
    const leave = vendor.leftOut?.[row.name];
    const reason = (typeof leave === 'function' ? leave(sdk, family) : leave) ?? row.missing?.(sdk);
    if (reason === undefined) plays.push({ vendor, sdk, family, row, name });
    else leftOut.push({ name, reason });
  };
  for (const family of vendor.families) {
    const reason = family.missing?.(sdk);
    if (reason !== undefined) leftOut.push({ name: family.name, reason });
    else for (const row of rowsOf(family)) add(row, family, `${family.name}: ${row.name}`);
  }
  const [first] = vendor.families;
  if (first) for (const row of vendor.rows) add(row, first, row.name);
  return { plays, leftOut };
}

/** The generic rows of a family. @throws Error for a name in the vendor case that no row has */
function rowsOf({ rows, streamUsage, name }: Family): readonly Row[] {
  const askable = GENERIC.filter(
    (row) => streamUsage === 'asked' || row.name !== 'a stream with its usage asked for',
  );
  if (!rows) return askable;
  return rows.map((wanted) => {
    const row = askable.find((candidate) => candidate.name === wanted);
    if (!row) throw new Error(`Expected the rows of ${name} to exist, got "${wanted}".`);
    return row;
  });
}
