// Circles of imports: between the files of a package, and between the folders of its sources.
import { dirname, join, normalize } from 'node:path'

const relativeImportPattern = /(?:from\s+|import\s*\(\s*|import\s+)['"](\.[^'"]+)['"]/g

/**
 * The files of a package that each of its files imports, types included. `sources` has their texts
 * by path.
 */
export function fileImports(sources) {
  const imports = new Map()
  for (const [file, text] of sources) {
    const targets = [...text.matchAll(relativeImportPattern)].map(([, path]) => normalize(join(dirname(file), path)))
    imports.set(file, new Set(targets.filter((target) => sources.has(target))))
  }
  return imports
}

/**
 * The same imports between the folders directly below `src`. Files outside them, and tests, are
 * left out.
 */
export function folderImports(imports) {
  const folderOf = (file) => /^(.*?\/src\/[^/]+)\/.+/.exec(file)?.[1]
  const folders = new Map()
  for (const [file, targets] of imports) {
    const from = folderOf(file)
    if (from === undefined || /\.(test|bench|fuzz)\.ts$/.test(file)) continue
    const into = folders.get(from) ?? new Set()
    folders.set(from, into)
    for (const target of targets) {
      const to = folderOf(target)
      if (to !== undefined && to !== from) into.add(to)
    }
  }
  return folders
}

/**
 * Sets of nodes of which each reaches every other, by Tarjan's algorithm.
 * @returns for each set of two or more, one circle through it as the list of its nodes, the first
 * repeated at the end.
 */
export function circlesIn(graph) {
  const order = new Map()
  const lowest = new Map()
  const open = []
  const sets = []
  const visit = (node) => {
    order.set(node, order.size)
    lowest.set(node, order.get(node))
    open.push(node)
    for (const target of graph.get(node) ?? []) {
      if (!order.has(target)) visit(target)
      if (open.includes(target)) lowest.set(node, Math.min(lowest.get(node), lowest.get(target)))
    }
    if (lowest.get(node) !== order.get(node)) return
    const set = open.splice(open.indexOf(node))
    if (set.length > 1 || graph.get(node)?.has(node)) sets.push(new Set(set))
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return sets.map((set) => shortestCircle(graph, set))
}

function shortestCircle(graph, set) {
  let shortest
  for (const start of set) {
    const path = pathBack(graph, set, start)
    if (!shortest || path.length < shortest.length) shortest = path
  }
  return shortest
}

function pathBack(graph, set, start) {
  const cameFrom = new Map()
  const queue = [start]
  for (const node of queue) {
    for (const target of graph.get(node) ?? []) {
      if (target === start) {
        const path = [start]
        for (let at = node; at !== undefined; at = cameFrom.get(at)) path.unshift(at)
        return path
      }
      if (!set.has(target) || cameFrom.has(target)) continue
      cameFrom.set(target, node)
      queue.push(target)
    }
  }
}
