import { createSecretFile } from '../../src/system/secret-file.ts';

/** Replaces a secret file COUNT times by LENGTH letters, "a" and "b" in turn. */
const [path = '', length = '0', count = '1'] = process.argv.slice(2);
process.on('SIGXFSZ', () => {}); // beyond a limit on the length of files, a write fails instead of killing

async function replace(): Promise<void> {
  const file = createSecretFile(path, 'linux');
  for (let index = 0; index < Number(count); index += 1) {
    const letter = index % 2 === 0 ? 'a' : 'b';
    await file.update(async () => Buffer.from(letter.repeat(Number(length))));
    process.stdout.write('written\n');
  }
}

void replace();
