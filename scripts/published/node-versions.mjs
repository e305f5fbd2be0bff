// Runs the packages on the lowest Node that each one's `engines` names: every entry is imported,
// and main entries do what `npm run runtimes` has them do.
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../bundle-sources.mjs'
import { harness } from '../runtimes/harness.mjs'
import { run } from './command.mjs'
import { lowestNode } from './contents.mjs'
import { importFaults } from './imports.mjs'

/** One sentence for each entry that an old Node cannot import or run. */
export async function nodeVersionFaults(project, packages, entries) {
  const byVersion = Map.groupBy(entries, ({ manifest }) => lowestNode(manifest.engines.node).join('.'))
  const nodes = await installNodes(join(project, 'nodes'), [...byVersion.keys()].sort())
  const faults = await Promise.all(
    [...byVersion].map(async ([version, here]) => {
      const names = new Set(here.map(({ manifest }) => manifest.name))
      const own = packages.filter(({ manifest }) => names.has(manifest.name))
      const found = await Promise.all([
        importFaults(project, here, nodes.get(version)),
        scenarioFaults(project, own, nodes.get(version)),
      ])
      return found.flat().map((fault) => `on Node ${version}: ${fault}`)
    }),
  )
  return faults.flat()
}

/** Runs every scenario of `packages` in a project, on this Node or another. */
export async function scenarioFaults(project, packages, node = process.execPath) {
  const file = join(mkdtempSync(join(project, 'scenarios-')), 'main.mjs')
  await bundleScenarios(file, packages)
  const { code, output } = await run(node, ['--no-warnings', file], { cwd: project })
  return code === 0 ? [] : [output]
}

async function bundleScenarios(file, packages) {
  const scenarios = packages
    .map(({ folder, manifest }) => ({
      specifier: manifest.name,
      scenario: join(root, folder, 'test', 'any-runtime.ts'),
    }))
    .filter(({ scenario }) => existsSync(scenario))
  await build({
    stdin: { contents: program(scenarios), resolveDir: root },
    outfile: file,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    logLevel: 'error',
  })
}

function program(scenarios) {
  return `
    ${harness(scenarios)}
    const failed = Object.entries(await results()).filter(([, text]) => text !== '')
    for (const [name, text] of failed) console.log(name + ': ' + text)
    process.exit(failed.length > 0 ? 1 : 0)`
}

/** npm has Node's programs as packages. Resolves to the program of each version. */
async function installNodes(folder, versions) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  mkdirSync(folder, { recursive: true })
  const dependencies = Object.fromEntries(versions.map((version) => [`node-${version}`, `npm:${name}@${version}`]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const { code, output } = await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
  if (code !== 0) throw new Error(`Node ${versions.join(', ')} cannot be installed:\n${output}`)
  const program = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  return new Map(versions.map((version) => [version, join(folder, 'node_modules', `node-${version}`, program)]))
}
