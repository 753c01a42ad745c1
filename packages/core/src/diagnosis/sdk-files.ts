/** Whether a file is one of an SDK: of its package, wherever that is, or a bundle that holds it. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SentRequests } from '../model/sent-requests.ts';
import { nearestPackage } from '../platform/packages.ts';

/** The name of the package that a file belongs to by the nearest `package.json` that has one; else an empty text. */
export const packageOf = (file: string): string => nearestPackage(dirname(file))?.name ?? '';

/** Whether a file is of the package `module`: installed, or linked to where it is made. */
export const isPackage = (module: string, file: string): boolean =>
  file.includes(`/node_modules/${module}/`) || packageOf(file) === module;

const bundles = new Map<string, boolean>();

/** Whether a file has the code of the SDK. It is read once: a minifier changes names, and leaves texts as they are. */
export function isOf({ module, marks }: Pick<SentRequests, 'module' | 'marks'>, file: string): boolean {
  if (isPackage(module, file)) return true;
  const key = `${module} ${file}`;
  const known = bundles.get(key);
  if (known !== undefined) return known;
  const isBundle = hasAll(file, marks);
  bundles.set(key, isBundle);
  return isBundle;
}

function hasAll(file: string, marks: readonly RegExp[]): boolean {
  try {
    const text = readFileSync(file, 'latin1');
    return marks.every((mark) => mark.test(text));
  } catch {
    return false;
  }
}
