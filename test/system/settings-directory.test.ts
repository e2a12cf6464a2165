import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configDirectory } from '../../src/system/config-directory.ts';

const cases = [
  ['linux', {}, '/home/a', '/home/a/.config/bitbranch'],
  ['linux', { XDG_CONFIG_HOME: '/etc/xdg' }, '/home/a', '/etc/xdg/bitbranch'],
  ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/a', '/home/a/.config/bitbranch'],
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/a', '/home/a/.config/bitbranch'],
  ['freebsd', {}, '/home/a', '/home/a/.config/bitbranch'],
  [
    'darwin',
    { XDG_CONFIG_HOME: '/x' },
    '/Users/a',
    '/Users/a/Library/Application Support/bitbranch',
  ],
  ['win32', { APPDATA: 'D:\\Data' }, 'C:\\Users\\a', 'D:\\Data\\bitbranch'],
  ['win32', {}, 'C:\\Users\\a', 'C:\\Users\\a\\AppData\\Roaming\\bitbranch'],
  ['linux', { BITBRANCH_CONFIG_DIR: '/own', XDG_CONFIG_HOME: '/x' }, '/home/a', '/own'],
  ['linux', { BITBRANCH_CONFIG_DIR: 'own' }, '/home/a', `${process.cwd()}/own`],
  ['linux', { BITBRANCH_CONFIG_DIR: '' }, '/home/a', '/home/a/.config/bitbranch'],
] as const;

for (const [platform, env, homedir, expected] of cases) {
  test(`${platform} with ${JSON.stringify(env)}: ${expected}`, () => {
    assert.equal(configDirectory({ platform, env, homedir }), expected);
  });
}
