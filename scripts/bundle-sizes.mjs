// Measures how light the packages are: what is bundled for common uses and for every entry, what
// Node loads, how long imports take, what is installed.
//   npm run sizes                       fails when a figure grew by more than a tenth
//   npm run sizes -- --write            renews the record and docs/bundle-sizes.md, with
//                    --write --times    the times of imports too, on a machine that is idle
//                    --write --peers    the figures of other people's packages too
// Packages must have been built. Times are not compared: they depend on the machine, and what is
// loaded does not.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { loadedBy, peerSizeOf, sizeOf } from './bundle-sizes/bundles.mjs'
import { growthFaults } from './bundle-sizes/growth.mjs'
import { importMs } from './bundle-sizes/import-time.mjs'
import { installedWith } from './bundle-sizes/installs.mjs'
import { kb, page } from './bundle-sizes/page.mjs'
import { useCases } from './bundle-sizes/use-cases.mjs'
import { root } from './bundle-sources.mjs'
import { installFolder } from './npm-folder.mjs'
import { packageEntries } from './runtimes/entries.mjs'

const { values: options } = parseArgs({
  options: { write: { type: 'boolean' }, times: { type: 'boolean' }, peers: { type: 'boolean' } },
})
const recordFile = join(root, 'scripts', 'bundle-sizes', 'recorded.json')
const pageFile = join(root, 'docs', 'bundle-sizes.md')

const record = existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : {}
const entries = packageEntries()
const measured = {
  useCases: await inTurns(useCases, ({ name, atoll }) => sizeOf(atoll).catch(naming(name))),
  entries: await measureEntries(),
  packages: Object.fromEntries(publicFolders().map(({ name, folder }) => [name, installedWith(folder)])),
}
if (options.write) await write()
else compare()

function compare() {
  const faults = Object.keys(measured).flatMap((part) => growthFaults(record[part] ?? {}, measured[part]))
  if (!existsSync(pageFile) || readFileSync(pageFile, 'utf8') !== page(record, useCases)) {
    faults.push(`${relative(root, pageFile)}: is not what was recorded`)
  }
  for (const { name, aim } of useCases) {
    const { min, gzip } = measured.useCases[name]
    console.log(`${name}: ${kb(min)}, ${kb(gzip)} gzip (aim ${aim} KB)`)
  }
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) {
    console.error('If that is meant, renew the record: npm run sizes -- --write')
    process.exit(1)
  }
  console.log(`sizes: ${useCases.length} uses, ${entries.length} entries and their packages are as light as recorded`)
}

async function write() {
  for (const { specifier, file } of entries) {
    const known = options.times ? undefined : record.entries?.[specifier]?.importMs
    measured.entries[specifier].importMs = known ?? (await importMs(file))
  }
  const peers = options.peers ? await measurePeers() : record.peers
  if (!peers) throw new Error('there are no figures of peers yet: --write --peers measures them')
  const renewed = { ...measured, peers }
  writeFileSync(recordFile, asLines(renewed))
  writeFileSync(pageFile, page(renewed, useCases))
  console.log(`sizes: written to ${relative(root, recordFile)} and ${relative(root, pageFile)}`)
}

/** A bundle for browsers where there can be one, and what Node loads. */
async function measureEntries() {
  const loads = await loadedBy(entries.map(({ file }) => file))
  const bundles = await inTurns(
    entries.filter(({ nodeOnly }) => nodeOnly === undefined).map((entry) => ({ ...entry, name: entry.specifier })),
    ({ name, file }) => sizeOf(`export * from ${JSON.stringify(file)}`).catch(naming(name)),
  )
  return Object.fromEntries(entries.map(({ specifier }, at) => [specifier, { ...bundles[specifier], ...loads[at] }]))
}

async function measurePeers() {
  const failure = installFolder(join(root, 'scripts', 'bundle-sizes'), 'the peers')
  if (failure) throw new Error(failure)
  return inTurns(useCases, async ({ name, atproto, atcute }) => ({
    ...(atproto && { atproto: await peerSizeOf(atproto).catch(naming(name)) }),
    ...(atcute && { atcute: await peerSizeOf(atcute).catch(naming(name)) }),
  }))
}

/** The folders of all packages that are published. */
function publicFolders() {
  return globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
    .sort()
    .map((file) => ({
      folder: join(root, dirname(file)),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')),
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ folder, name: manifest.name }))
}

/** What `work` says of each item, by the item's name; a few at a time. */
async function inTurns(items, work) {
  const results = []
  for (let at = 0; at < items.length; at += 4) results.push(...(await Promise.all(items.slice(at, at + 4).map(work))))
  return Object.fromEntries(items.map(({ name }, at) => [name, results[at]]))
}

function naming(name) {
  return (error) => {
    throw new Error(`${name}: ${error.message}`)
  }
}

/** JSON with one subject on each line, so that changes of different packages merge. */
function asLines(parts) {
  const part = ([name, subjects]) => {
    const lines = Object.entries(subjects).map(
      ([key, figures]) => `    ${JSON.stringify(key)}: ${JSON.stringify(figures)}`,
    )
    return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`
  }
  return `{\n${Object.entries(parts).map(part).join(',\n')}\n}\n`
}
