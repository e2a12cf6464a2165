import { createContext, listBranches, openSession, signIn } from 'bitbranch';

const { HOST: host, KEY: key = '', SECRET: secret = '', REPOSITORY: repository = '' } = process.env;
const context = await createContext({ note: (sentence) => process.stderr.write(`${sentence}\n`) });
try {
  const consumer = { key, secret };
  const { account } = await signIn({ host, kind: 'cloud', consumer, store: 'file' }, context);
  const session = await openSession({ host, account: account.name }, context);
  const query = { match: ['release/*'], sort: { key: 'date', descending: true } };
  for await (const { name, hash } of listBranches(session, repository, query)) {
    process.stdout.write(`${name}\t${hash}\n`);
  }
} finally {
  context.close();
}
