// biome-ignore-all lint/suspicious/noConsole: an application prints
// Prints whether `node:crypto` is loaded, of which this application has no need.
console.log(process.moduleLoadList.includes('NativeModule crypto'));
