// Loaded before the program: notes in a file which programs Node itself is told to start, one a line. A shell that Node puts in
// between (`shell: true`) is one of them, wherever it lies.
const { appendFileSync } = require('node:fs');
const childProcess = require('node:child_process');

const record = process.env.STARTED_PROGRAMS;
const { spawn } = childProcess.ChildProcess.prototype;
childProcess.ChildProcess.prototype.spawn = function (options) {
  appendFileSync(record, `${options.file}\n`);
  return spawn.call(this, options);
};
for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
  childProcess[name] = (file) => {
    appendFileSync(record, `${name} ${file}\n`);
    throw new Error(`The program waits for ${file}.`);
  };
}
