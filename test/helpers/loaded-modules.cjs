// Preloaded by `node --require`: writes what a program loaded to the file that LOADED_MODULES names.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const builtins = process.moduleLoadList
    .map((entry) => /^NativeModule (?!internal\/)(.*)$/.exec(entry)?.[1])
    .filter(Boolean);
  const files = Object.keys(require.cache);
  writeFileSync(process.env.LOADED_MODULES, JSON.stringify({ builtins, files }));
});
