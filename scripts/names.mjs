// The names that project.json decides, wherever else the tree has them: the scope of the packages
// (manifests, imports, conditions, documents, lockfile) and the addresses of the project.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readProject } from './project.mjs'

/**
 * Compares the tree below `root` with project.json. `renames` are pairs of a name that the tree
 * still has and the one that takes its place; `files` has each file that this changes, with its new
 * text.
 */
export function staleNames(root) {
  const project = readProject(root)
  const texts = textsOf(root)
  const scopes = scopesOf(root, texts).filter((scope) => scope !== project.scope)
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const addresses = [
    [manifest.homepage, project.homepage],
    [manifest.repository?.url?.replace(/^git\+|\.git$/g, ''), project.repository],
  ].filter(([before, now]) => before && before !== now)

  const files = new Map()
  for (const [file, text] of texts) {
    let renamed = text
    for (const [before, now] of addresses) renamed = renamed.replaceAll(before, now)
    for (const scope of scopes) {
      renamed = renamed.replace(new RegExp(String.raw`${scope}(?=\\?/)`, 'g'), project.scope)
    }
    if (renamed !== text) files.set(file, file === 'pnpm-lock.yaml' ? withSortedDependencies(renamed) : renamed)
  }
  return { renames: [...addresses, ...scopes.map((scope) => [scope, project.scope])], files }
}

/** Writes the files that `staleNames` found. */
export function writeNames(root, files) {
  for (const [file, text] of files) writeFileSync(join(root, file), text)
}

/** The texts of all files that are committed or could be. */
function textsOf(root) {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const files = new Set(list.split('\0').filter((file) => file !== '' && file !== 'project.json'))
  const texts = new Map()
  for (const file of files) {
    if (!existsSync(join(root, file))) continue
    const text = readFileSync(join(root, file), 'utf8')
    if (!text.includes('\0')) texts.set(file, text)
  }
  return texts
}

/**
 * The scopes under which the tree names its own packages. A scope in front of the name of a
 * workspace package is its own unless the lockfile has packages of that scope from a registry:
 * `@atproto/repo` is another's.
 */
function scopesOf(root, texts) {
  const manifests = globSync(['{packages,apps}/*/package.json', '*/package.json'], { cwd: root })
  const names = manifests.map((file) =>
    JSON.parse(readFileSync(join(root, file), 'utf8'))
      .name.split('/')
      .at(-1),
  )
  const foreign = new Set([...texts.get('pnpm-lock.yaml').matchAll(/^ {2}'(@[a-z0-9-]+)\//gm)].map((match) => match[1]))
  const { scope } = readProject(root)
  if (foreign.has(scope)) throw new Error(`project.json: others publish packages as ${scope}, which this project uses`)
  const mention = new RegExp(String.raw`(?<![\w.])(@[a-z0-9-]+)\\?/(?:source|${names.join('|')})(?![\w-])`, 'g')
  const found = new Set([...texts.values()].flatMap((text) => [...text.matchAll(mention)].map((match) => match[1])))
  return [...found].filter((name) => !foreign.has(name)).sort()
}

/** pnpm lists what a workspace package depends on in the order of the names. */
function withSortedDependencies(lockfile) {
  return lockfile.replace(/(?:^ {6}\S.*\n(?: {8}.*\n)+)+/gm, (block) =>
    block
      .match(/^ {6}\S.*\n(?: {8}.*\n)+/gm)
      .sort((one, other) => (nameIn(one) < nameIn(other) ? -1 : 1))
      .join(''),
  )
}

function nameIn(entry) {
  return entry.split('\n')[0].trim().replace(/[':]/g, '')
}
