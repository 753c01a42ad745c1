/** Interceptors, one within the other. */
import type { Interceptor } from '../model/call.ts';

/**
 * One interceptor out of several, the first one outermost; undefined out of none. Unlike a web framework's, `next`
 * may be called more than once: that is how an attempt is repeated.
 */
export function compose(interceptors: readonly Interceptor[]): Interceptor | undefined {
  const [outer, ...inner] = interceptors;
  if (!outer) return undefined;
  const rest = compose(inner);
  return rest ? (call, next) => outer(call, () => rest(call, next)) : outer;
}
