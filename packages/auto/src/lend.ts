/**
 * A **loan**: what llmtrace registers in OpenTelemetry's API only until anyone else does. It then steps back, so
 * that no registration of the application's is ever refused because llmtrace came first.
 */

interface Api {
  disable(): void;
}

type SetterOf<A> = { [K in keyof A]: A[K] extends (value: never) => boolean ? K : never }[keyof A];

/** Registers `value` by the API's own `setter`, on loan. */
export function lend<A extends Api, K extends SetterOf<A>>(
  api: A,
  setter: K,
  value: Parameters<Extract<A[K], (value: never) => boolean>>[0],
): void {
  const set = (theirs: unknown): boolean => (api[setter] as (value: unknown) => boolean).call(api, theirs);
  if (!set(value)) return;
  const stepBack = (theirs: unknown): boolean => {
    Reflect.deleteProperty(api, setter); // the prototype's is there again
    api.disable();
    return set(theirs);
  };
  Object.defineProperty(api, setter, { value: stepBack, configurable: true, writable: true });
}
