import { createFileStore } from '../../src/credentials/file-store.ts';
import { systemRandom } from '../../src/system/clock-and-random.ts';
import { createSecretFile } from '../../src/system/secret-file.ts';

/** Writes one record into an encrypted file, by the passphrase "correct horse". */
const [path = '', host = '', name = ''] = process.argv.slice(2);
const store = createFileStore({
  file: createSecretFile(path, 'linux'),
  askPassphrase: async () => 'correct horse',
  random: systemRandom.bytes,
  cost: 2 ** 10,
});
void store.write({ type: 'consumer', host, name }, { key: name, secret: `secret of ${name}` });
