// The names that project.json decides, wherever else the tree has them: the scope of the packages
// (manifests, imports, conditions, documents, lockfile) and the addresses of the project.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
      // Not the end of an address, such as `git@example/`.
      renamed = renamed.replace(new RegExp(String.raw`(?<![\w.-])${scope}(?=\\?/)`, 'g'), project.scope)
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
 * The scopes that the workspace's own packages have in their manifests. Throws if others publish
 * packages in one of these, or in that of project.json: their names must stay.
 */
function scopesOf(root, texts) {
  const isOfOthers = (scope) => texts.get('pnpm-lock.yaml').includes(`\n  '${scope}/`)
  const { scope } = readProject(root)
  if (isOfOthers(scope)) {
    throw new Error(`project.json: others publish packages as ${scope}, and this project uses them`)
  }
  const scopes = new Set()
  for (const [file, text] of texts) {
    if (!isManifest(file)) continue
    const { name } = JSON.parse(text)
    const [own] = /^@[a-z0-9-]+(?=\/)/.exec(name) ?? []
    if (own === undefined) continue
    if (isOfOthers(own)) {
      throw new Error(`${file}: others publish packages as ${own}, so ${name} needs a name in ${scope}`)
    }
    scopes.add(own)
  }
  return [...scopes].sort()
}

function isManifest(file) {
  return /^(?:(?:packages|apps)\/)?[\w-]+\/package\.json$/.test(file)
}

/** The lockfile lists what a workspace package depends on in the order of the names. */
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
