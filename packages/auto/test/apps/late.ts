// Imports the SDK when it has run for a while.
await new Promise((resolve) => setTimeout(resolve, 1200));
await import('../../examples/chat.mjs' as string);

export {};
