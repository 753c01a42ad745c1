// biome-ignore-all lint/suspicious/noConsole: an application prints
console.log(process.versions.node);
