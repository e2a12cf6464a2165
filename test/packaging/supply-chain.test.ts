import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { bundle, librarySizes } from '../../scripts/bundle.mjs';
import { root } from './packed.ts';

const read = (path: string) => readFile(join(root, path), 'utf8');

interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

async function lockedPackages(): Promise<readonly (readonly [path: string, LockedPackage])[]> {
  const { packages } = JSON.parse(await read('package-lock.json'));
  const { '': _project, ...others }: Record<string, LockedPackage> = packages;
  return Object.entries(others);
}

/** `NAME@VERSION` of what npm installs with the package. */
async function installedAlong(): Promise<readonly string[]> {
  const installed = (await lockedPackages()).filter(
    ([, { dev, devOptional }]) => !(dev || devOptional),
  );
  return installed.map(
    ([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`,
  );
}

test('the lockfile holds the hash of every package', async () => {
  const entries = await lockedPackages();
  assert.ok(entries.length > 100);
  const unsafe = entries.filter(
    ([, { link, resolved, integrity }]) =>
      link === true || resolved?.startsWith('http:') || !integrity?.startsWith('sha512-'),
  );
  assert.deepEqual(unsafe, []);
});

test('every dependency is pinned to one version', async () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    await read('package.json'),
  );
  assert.equal(dependencies, undefined, 'what is not bundled has to be optional');
  const versions = Object.entries({ ...devDependencies, ...optionalDependencies });
  const loose = versions.filter(
    ([, version]) => !/^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+$/.test(`${version}`),
  );
  assert.deepEqual(loose, []);
});

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly unknown[];
  readonly hashes: readonly unknown[];
}

test('the bill of materials lists what is bundled or installed along, and nothing else', async () => {
  const { stdout } = await promisify(execFile)(join(root, 'scripts/sbom'), { maxBuffer: 1e8 });
  const { bomFormat, specVersion, metadata, components, dependencies } = JSON.parse(stdout);
  assert.deepEqual([bomFormat, specVersion], ['CycloneDX', '1.5']);
  assert.equal(metadata.component.name, 'bitbranch');

  const licences = await read('dist/THIRD-PARTY-LICENSES.txt');
  const bundled = [...licences.matchAll(/^(\S+@\d\S*) \([^()]+\)$/gm)].map(([, name = '']) => name);
  for (const section of licences.split(/^-{80}$/m)) {
    assert.match(section, /copyright|permission/i, 'a licence has its text');
    assert.ok(section.length > 400, section);
  }
  assert.ok(bundled.length > 50);
  const listed: Component[] = components;
  assert.deepEqual(
    listed.map(({ name, version }) => `${name}@${version}`).sort(),
    [...bundled, ...(await installedAlong())].sort(),
  );
  for (const { name, licenses, hashes, purl } of listed) {
    assert.ok(licenses.length > 0 && hashes.length > 0 && purl.startsWith('pkg:npm/'), name);
  }
  const known = new Set([metadata.component, ...components].map((each) => each['bom-ref']));
  for (const { ref, dependsOn } of dependencies) {
    assert.deepEqual(
      [ref, ...dependsOn].filter((each) => !known.has(each)),
      [],
    );
  }
});

test('the README tells the version and the size of each library', async () => {
  const { devDependencies, optionalDependencies } = JSON.parse(await read('package.json'));
  const versions: Record<string, string> = { ...devDependencies, ...optionalDependencies };
  const { metafile } = await bundle();
  const sizes = librarySizes(metafile);
  const row =
    /^\| `([\w.-]+)`(?: \(`[^`]+`\))? \| (\d[\d.]*) \| .* \| (\d+|–) \| (?:active|finished) \| \S+ \|$/gm;
  const rows = [...(await read('README.md')).matchAll(row)];
  assert.ok(rows.length >= sizes.size);
  for (const [, name = '', version, size] of rows) {
    assert.equal(versions[name]?.replace(/^.*@/, ''), version, name);
    const bytes = sizes.get(name);
    const kilobytes = bytes === undefined ? '–' : `${Math.round(bytes / 1000)}`;
    assert.equal(size, kilobytes, name);
  }
});
