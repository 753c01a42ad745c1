import { name, type OperationPoint } from '@llmtrace/core';

export const runPoint: OperationPoint = {
  // Without an extension, as in endpoints; with one if only one build has the file.
  files: ['dist/runner'],
  className: 'Runner',
  // From the main export; set `isInternal: true` if the class cannot be reached from there.
  path: 'Runner',
  method: 'run',
  around: ({ operations, original, self, args }) =>
    operations.trace(
      () => ({ kind: 'invoke_agent', name: name(self.agentName) }),
      () => original(...args),
      // { errorType } for a result that is an error; { outcome: 'interrupted' } for an error that interrupts the run.
      { result: () => ({}) },
    ),
};
