// What scripts/sbom prints.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle, bundledPackages, root } from './bundle.mjs';

const flags = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
const npm = await promisify(execFile)('npm', flags, {
  cwd: root,
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
const all = JSON.parse(npm.stdout);
const { name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const { metafile } = await bundle();
const bundled = await bundledPackages(metafile);
const bundledNames = new Set(bundled.map((each) => `${each.name}@${each.version}`));
const components = all.components.flatMap(shippedComponent);
// npm takes the name of the directory.
const metadata = { ...all.metadata, component: { ...all.metadata.component, name } };
const refs = new Set([metadata.component, ...components].map((each) => each['bom-ref']));
const dependencies = all.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn = [] }) => ({
    ref,
    dependsOn: dependsOn.filter((each) => refs.has(each)),
  }));
const bom = { ...all, metadata, components, dependencies };

process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);

/** What has code in the bundle, which npm holds to be for development only, and what npm installs along. */
function shippedComponent(component) {
  const { properties = [], ...rest } = component;
  const others = properties.filter((each) => each.name !== 'cdx:npm:package:development');
  if (others.length === properties.length) return [component];
  const isBundled = bundledNames.has(`${component.name}@${component.version}`);
  return isBundled ? [{ ...rest, properties: others }] : [];
}
