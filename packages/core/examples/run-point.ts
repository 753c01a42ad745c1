import { name, type OperationPoint } from '@llmtrace/core';

export const runPoint: OperationPoint = {
  // As for endpoints; with an extension where only one build has the file.
  files: ['dist/runner'],
  className: 'Runner',
  // From the main export; `isInternal: true` where that does not lead to the class.
  path: 'Runner',
  method: 'run',
  around: ({ operations, original, self, args }) =>
    operations.trace(
      () => ({ kind: 'invoke_agent', name: name(self.agentName) }),
      () => original(...args),
      // How it ends: { errorType } of a result that is an error, { outcome: 'interrupted' } of an `error` that is none.
      { result: () => ({}) },
    ),
};
