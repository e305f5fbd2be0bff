// Fails on an import between workspace packages that layers.json does not allow: upward,
// undeclared, circular, or of an adapter by an adapter. Types and tests count. An edge allows what
// it reaches: a package that may import `repo` may import `data-model`, since `repo` uses its
// types. Inside a package, neither its files nor the folders of its sources may import each other
// in a circle. What a published package imports from elsewhere must be a dependency or a peer of
// it: the bundler packs in a devDependency, and two copies of a library are not one.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { circlesIn, fileImports, folderImports } from './import-circles.mjs'

const importPattern = /(?:from\s+|import\s*\(\s*|import\s+)['"]@atoll\/([a-z0-9-]+)(?:\/[^'"]*)?['"]/g
const foreignPattern = /^(?:import|export)\s(?!type\s)[^'"]*?from\s+['"](?!node:)((?:@[^/'"]+\/)?[^@./'"][^/'"]*)/gm

/** Checks the tree below `root` and returns one sentence per fault. */
export function layerFaults(root) {
  const plan = JSON.parse(readFileSync(join(root, 'layers.json'), 'utf8'))
  const height = new Map(plan.layers.flatMap((layer, index) => layer.packages.map((name) => [name, index])))
  const reached = reach(plan, height)
  const testsOnly = new Set(plan['tests only'])
  const faults = packageCircles(plan.edges)

  for (const manifestFile of globSync(
    [
      'packages/*/package.json',
      'apps/*/package.json',
      'e2e/package.json',
      'bench/package.json',
      'examples/package.json',
      'interop/package.json',
    ],
    { cwd: root },
  )) {
    const folder = dirname(manifestFile)
    const manifest = JSON.parse(readFileSync(join(root, manifestFile), 'utf8'))
    const name = manifest.name.replace('@atoll/', '')
    if (!height.has(name) && !testsOnly.has(name)) {
      faults.push(`${folder}: layers.json does not say on which layer ${name} lies`)
      continue
    }
    const runtime = new Set(
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }),
    )
    const any = new Set([...runtime, ...Object.keys(manifest.devDependencies ?? {})])
    const sources = sourcesOf(root, folder)
    if (!plan.generated.includes(name)) faults.push(...circlesInside(folder, sources))

    for (const [file, text] of sources) {
      const forTests = /\.(test|bench|fuzz)\.ts$/.test(file) || file.includes('/test/') || manifest.private === true
      for (const [, target] of forTests ? [] : text.matchAll(foreignPattern)) {
        if (!target.startsWith('@atoll/') && !runtime.has(target)) {
          faults.push(`${file}: imports ${target}, which is neither a dependency nor a peer of ${folder}/package.json`)
        }
      }
      for (const [, target] of text.matchAll(importPattern)) {
        if (target === name) {
          // Files outside src import the package by its name, as any user does.
          if (!file.includes('/test/')) faults.push(`${file}: imports its own package by name`)
        } else if (!(forTests ? any : runtime).has(`@atoll/${target}`)) {
          faults.push(`${file}: imports @atoll/${target}, which ${folder}/package.json does not declare`)
        }
        if (testsOnly.has(target)) {
          if (!forTests) faults.push(`${file}: imports @atoll/${target}, which is for tests only`)
        } else if (forTests && testsOnly.has(name)) {
          if (height.get(target) !== 0) faults.push(`${file}: ${name} may import the bases only`)
        } else if (target !== name && !reached.get(name)?.has(target)) {
          faults.push(`${file}: ${name} must not import ${target} (layers.json)`)
        }
      }
    }
  }
  return faults
}

/** The texts of the TypeScript files of a package, by path. */
function sourcesOf(root, folder) {
  const files = globSync(`${folder}/{src,test,generate}/**/*.ts`, { cwd: root }).sort()
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
}

/** Circles among the files of a package, and among the folders of its sources. */
function circlesInside(folder, sources) {
  const imports = fileImports(sources)
  const circles = [...circlesIn(imports), ...circlesIn(folderImports(imports))]
  return circles.map((path) => `${folder}: circle of imports ${path.join(' -> ')}`)
}

/** What each package may import: the edges of layers.json and everything below those. */
function reach(plan, height) {
  const below = (name) => [...height.keys()].filter((other) => height.get(other) < height.get(name))
  const direct = (name) => (Array.isArray(plan.edges[name]) ? plan.edges[name] : plan.edges[name] ? below(name) : [])
  const result = new Map()
  const visit = (name) => {
    const known = result.get(name)
    if (known) return known
    const all = new Set()
    result.set(name, all)
    for (const target of direct(name)) {
      all.add(target)
      for (const deeper of visit(target)) all.add(deeper)
    }
    return all
  }
  for (const name of height.keys()) visit(name)
  return result
}

/** Circles among the edges of layers.json. */
function packageCircles(edges) {
  const lists = Object.entries(edges).filter(([, targets]) => Array.isArray(targets))
  const graph = new Map(lists.map(([name, targets]) => [name, new Set(targets)]))
  return circlesIn(graph).map((path) => `layers.json: circle ${path.join(' -> ')}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = layerFaults(process.cwd())
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exit(1)
  console.log('layers: every import points down, and none goes round in a circle')
}
