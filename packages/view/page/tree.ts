/** The spans of a trace as a tree. It uses no recursion, because the depth of a trace has no limit. */
import type { TraceSpan } from '../src/api-types.ts';

export interface Branch {
  readonly span: TraceSpan;
  readonly depth: number;
  readonly children: number;
}

const inOrder = (a: TraceSpan, b: TraceSpan): number => a.start - b.start || b.duration - a.duration;

/** A span whose parent is missing is the root of a separate tree. */
function childrenOf(spans: readonly TraceSpan[]): Map<string, TraceSpan[]> {
  const ids = new Set(spans.map(({ id }) => id));
  const children = new Map<string, TraceSpan[]>();
  for (const span of spans) {
    const parent = span.parentId !== span.id && ids.has(span.parentId) ? span.parentId : '';
    const siblings = children.get(parent);
    if (siblings) siblings.push(span);
    else children.set(parent, [span]);
  }
  for (const siblings of children.values()) siblings.sort(inOrder);
  return children;
}

interface Open {
  readonly span: TraceSpan;
  readonly depth: number;
  readonly isHidden: boolean;
}

/** @param folded the ids of spans whose children are hidden. */
export function treeOf(spans: readonly TraceSpan[], folded: ReadonlySet<string>): Branch[] {
  const children = childrenOf(spans);
  const seen = new Map<string, Branch | undefined>();
  const walk = (roots: readonly TraceSpan[]) => {
    const open: Open[] = roots.map((span) => ({ span, depth: 0, isHidden: false })).reverse();
    for (let at = open.pop(); at; at = open.pop()) {
      const { span, depth, isHidden } = at;
      if (seen.has(span.id)) continue;
      const own = children.get(span.id) ?? [];
      seen.set(span.id, isHidden ? undefined : { span, depth, children: own.length });
      const inner = { depth: depth + 1, isHidden: isHidden || folded.has(span.id) };
      open.push(...own.map((child) => ({ span: child, ...inner })).reverse());
    }
  };
  walk(children.get('') ?? []);
  // Spans that are their own ancestors are below no root.
  walk(spans.filter(({ id }) => !seen.has(id)));
  return [...seen.values()].filter((branch) => branch !== undefined);
}

/** The spans without the HTTP requests of calls, which add little to the calls themselves. */
export function withoutRequests(spans: readonly TraceSpan[]): TraceSpan[] {
  const calls = new Set(spans.filter(({ call }) => call).map(({ id }) => id));
  return spans.filter(({ type, parentId }) => type !== 'http' || !calls.has(parentId));
}
