// Runs the main entry of every package where it must run: in Node, with only the globals of the
// web, and in Deno, Bun and Workers if npm has builds of them for this machine; starts the hosts of
// `@atoll/xrpc-server` there as well. Before that, bundles every entry: the bundle must contain no
// Node modules, and nothing at all when nothing is used. Packages must have been built. Arguments:
// the runtimes; default: all.
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './bundle-sources.mjs'
import { webBundle } from './runtimes/bundles.mjs'
import { packageEntries } from './runtimes/entries.mjs'
import { checkHost, hostNames } from './runtimes/hosts.mjs'
import { installRuntimes } from './runtimes/install.mjs'
import { runtimes } from './runtimes/run.mjs'

const asked = process.argv.slice(2)
const names = asked.length > 0 ? asked : Object.keys(runtimes)
const unknown = names.filter((name) => !(name in runtimes))
if (unknown.length > 0) {
  console.error(`No runtime ${unknown.join(', ')}: there are ${Object.keys(runtimes).join(', ')}.`)
  process.exit(2)
}

const faults = []
const entries = packageEntries()
const portable = entries.filter(({ nodeOnly }) => nodeOnly === undefined)
await checkBundles()
const scenarios = portable.filter(({ isMain }) => isMain)
for (const { specifier, scenario } of scenarios.filter(({ scenario }) => !existsSync(scenario))) {
  faults.push(`${specifier}: there is no ${relative(root, scenario)} to run`)
}
if (names.includes('node')) await importWhatNeedsNode()
await runScenarios(scenarios.filter(({ scenario }) => existsSync(scenario)))

for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)

async function checkBundles() {
  for (const { specifier, file, nodeOnly } of entries) {
    const whole = await webBundle(`export * from ${JSON.stringify(file)}`)
    if (nodeOnly === undefined && whole.failure) {
      faults.push(`${specifier}: cannot be bundled for browsers: ${whole.failure}`)
    }
    if (nodeOnly !== undefined && !whole.failure) {
      faults.push(`${specifier}: is said to be for Node only (${nodeOnly}), but can be bundled for browsers`)
    }
    await checkUnused(
      specifier,
      file,
      nodeOnly === undefined ? {} : { platform: 'node', packages: 'external', plugins: [] },
    )
  }
  console.log(
    `bundles: ${portable.length} entries without anything of Node's; ${entries.length - portable.length} are for Node`,
  )
}

/** Checks that nothing is left of a package of which nothing is used. */
async function checkUnused(specifier, file, options) {
  for (const imported of ['', '* as all from ']) {
    const contents = `import ${imported}${JSON.stringify(file)}`
    const { text, failure } = await webBundle(contents, { minify: true, ...options })
    if (failure || text.trim() !== '') {
      faults.push(`${specifier}: leaves ${failure ?? text.slice(0, 100)} where nothing of it is used`)
    }
  }
}

/** Entries for Node only have their tests there; here they are just loaded, as built. */
async function importWhatNeedsNode() {
  for (const { specifier, file } of entries.filter(({ nodeOnly }) => nodeOnly)) {
    try {
      const exported = Object.keys(await import(pathToFileURL(file).href))
      if (exported.length === 0) faults.push(`${specifier}: exports nothing`)
    } catch (error) {
      faults.push(`${specifier}: cannot be imported: ${error.message}`)
    }
  }
}

async function runScenarios(entries) {
  const others = names.filter((name) => name !== 'node' && name !== 'web')
  const { found, missing } = others.length > 0 ? installRuntimes(others) : { found: {}, missing: {} }
  for (const name of names) {
    if (missing[name]) {
      console.warn(`${name}: SKIPPED: ${missing[name]}`)
      continue
    }
    try {
      report(name, await runtimes[name](entries, found[name]?.file), found[name]?.version)
      if (hostNames.includes(name)) reportHost(name, await checkHost(name, found[name]?.file))
    } catch (error) {
      faults.push(`${name}: ${error.message}`)
    }
  }
}

function report(name, results, version = name === 'node' ? process.versions.node : '') {
  const failed = Object.entries(results).filter(([, text]) => text !== '')
  for (const [specifier, text] of failed) faults.push(`${specifier} in ${name}: ${text}`)
  console.log(`${name} ${version}: ${Object.keys(results).length - failed.length} main entries run`)
}

function reportHost(name, results) {
  const failed = Object.entries(results).filter(([, text]) => text !== '')
  for (const [title, text] of failed) faults.push(`@atoll/xrpc-server's host for ${name} '${title}': ${text}`)
  console.log(`${name}: ${Object.keys(results).length - failed.length} rules of subscriptions hold over real sockets`)
}
