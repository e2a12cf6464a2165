#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { version } from './version.ts';

const argv = process.argv.slice(2);

if (argv.length === 1 && argv[0] === '--version') {
  writeSync(1, `${version}\n`);
} else {
  void start();
}

async function start(): Promise<void> {
  const [{ run }, { createSystemContext }] = await Promise.all([
    import('./cli/run.ts'),
    import('./system/system-context.ts'),
  ]);
  const context = createSystemContext(argv);
  process.exitCode = await run(argv, context);
  context.dispose();
}
