/**
 * Patching **by hand**: the methods of a client, or of an SDK's exports, that the application hands over, where no
 * hook could see the SDK load. It is found by its shape: a bundle has other names for classes and files.
 */
import type { PatchPoint, Vendor } from '../vendor/vendor.ts';

/** The kind of a manual target: a client, or the exports of a package (or its main class). */
export type TargetKind = 'client' | 'module';

/**
 * The prototypes to patch in a manual target, with their methods. The search only constructs objects; it calls no
 * other method and sends no request.
 */
export function reach(
  { part = sameWay, main }: Vendor,
  points: readonly PatchPoint[],
  target: unknown,
  kind: TargetKind,
): Map<PatchPoint, object> {
  const reached = new Map<PatchPoint, object>();
  for (const point of points) {
    const holder = safely(() =>
      kind === 'client'
        ? holderOf(part(target, point.path), point)
        : (at(main(target), point.path) as { prototype?: object } | undefined)?.prototype,
    );
    if (holder && has(holder, point)) reached.set(point, holder);
  }
  return reached;
}

/** The value at a path. */
export const at = (root: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((object, key) => (object as Record<string, unknown> | undefined)?.[key], root);

/** `Chat.Completions` of a client is its `chat.completions`. */
const sameWay = (client: unknown, path: string): unknown =>
  at(
    client,
    path.replace(/(^|\.)([A-Z])/g, (_all, dot, letter) => dot + letter.toLowerCase()),
  );

/** The prototype of an object that has the method itself: patched on one below, it would be traced twice. */
function holderOf(
  object: unknown,
  { getter, method, isInherited, isAssigned }: PatchPoint,
): object | undefined {
  const chain = prototypesOf(object);
  if (isAssigned) return object as object | undefined;
  const hasMethod = (holder: object): boolean => Object.hasOwn(holder, getter ?? method);
  return isInherited ? chain[chain.findLastIndex(hasMethod) - 1] : chain.find(hasMethod);
}

/** The prototypes of an object, nearest first. */
function prototypesOf(object: unknown): object[] {
  const chain: object[] = [];
  if (typeof object !== 'object' || object === null) return chain;
  for (let holder = Object.getPrototypeOf(object); holder !== null; holder = Object.getPrototypeOf(holder))
    chain.push(holder);
  return chain;
}

function has(holder: object, { getter, method, isAssigned }: PatchPoint): boolean {
  if (isAssigned && typeof holder.constructor === 'function' && holder === holder.constructor.prototype)
    return true;
  if (getter !== undefined) return Object.getOwnPropertyDescriptor(holder, getter)?.get !== undefined;
  return typeof (holder as Record<string, unknown>)[method] === 'function';
}

/** The application may pass any value. */
function safely<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** How many of a vendor's methods a manual target has. */
export const reachable = (vendor: Vendor, target: unknown, kind: TargetKind): number =>
  reach(vendor, vendor.endpoints, target, kind).size;
