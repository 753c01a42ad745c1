// biome-ignore-all lint/suspicious/noConsole: an application prints
/** To be called when nothing is left to do. Prints each time that the loop is empty, and what keeps it alive. */
module.exports = () => {
  console.log('idle');
  process.on('beforeExit', (code) => console.log(`beforeExit ${code}`));
  process.on('exit', (code) => console.log(`exit ${code}`));
  setInterval(() => console.log('kept alive by', process.getActiveResourcesInfo()), 250).unref();
};
