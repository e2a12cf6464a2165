// What scripts/sbom prints.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundle, bundledPackages, root } from './bundle.mjs';

const flags = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
const npm = await promisify(execFile)('npm', flags, {
  cwd: root,
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
const all = JSON.parse(npm.stdout);

const { metafile } = await bundle();
const isBundled = new Set(
  (await bundledPackages(metafile)).map(({ name, version }) => `${name}@${version}`),
);
const components = all.components.filter((component) => isShipped(component));
const shipped = new Set([all.metadata.component, ...components].map((each) => each['bom-ref']));
const dependencies = all.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn = [] }) => ({
    ref,
    dependsOn: dependsOn.filter((each) => shipped.has(each)),
  }));

process.stdout.write(`${JSON.stringify({ ...all, components, dependencies }, null, 2)}\n`);

/** What npm installs along, and what has code in the bundle, which npm holds to be for development. */
function isShipped({ name, version, properties = [] }) {
  const isForDevelopment = properties.some(
    (each) => each.name === 'cdx:npm:package:development' && each.value === 'true',
  );
  return !isForDevelopment || isBundled.has(`${name}@${version}`);
}
