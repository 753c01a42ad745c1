// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints what it sees of its own start.
console.log(require.main === module, module.parent, module.id, process.mainModule === module);
process.nextTick(() => console.log('tick'));
Promise.resolve().then(() => console.log('microtask'));
