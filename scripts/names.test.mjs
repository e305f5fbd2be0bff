import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { staleNames, writeNames } from './names.mjs'

const own = (name, scope = 'reef') => `@${scope}/${name}`
const repository = 'https://git.example/reef'

let root
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'names-'))
  execFileSync('git', ['init', '-q'], { cwd: root })
  write('project.json', JSON.stringify({ scope: '@reef', repository, homepage: `${repository}#readme` }))
  write('package.json', JSON.stringify({ name: 'reef', homepage: `${repository}#readme`, ...atRepository() }))
  write('packages/car/package.json', JSON.stringify({ name: own('car'), version: '1.0.0' }))
  write('packages/repo/package.json', JSON.stringify({ name: own('repo'), dependencies: { [own('car')]: '1' } }))
  write('pnpm-lock.yaml', lockfile('reef', ['car', 'syntax']))
})
afterEach(() => rmSync(root, { recursive: true }))

describe('names', () => {
  it('finds nothing in a tree that agrees with project.json', () => {
    write('packages/repo/src/index.ts', `import '${own('car')}'\nimport '${own('repo', 'other')}'\n`)
    expect(staleNames(root)).toEqual({ renames: [], files: new Map() })
  })

  it('renames the scope in manifests, imports, patterns and documents, and the second time nothing', () => {
    const patterns = (scope) => `/@${scope}\\/[a-z]+/; '@${scope}/'; '@${scope}/source'\n`
    write('packages/repo/src/index.ts', `import '${own('car')}/testing'\n`)
    write('scripts/check.mjs', patterns('reef'))
    const foreign = `${own('repo', 'other')}, ${own('car', 'reef-tools')} or git${own('car')}`
    write('README.md', `install \`${own('repo')}@1\`, not ${foreign}\n`)
    change({ scope: '@lagoon' })

    const { renames, files } = staleNames(root)
    expect(renames).toEqual([['@reef', '@lagoon']])
    writeNames(root, files)
    expect(read('packages/repo/src/index.ts')).toBe(`import '${own('car', 'lagoon')}/testing'\n`)
    expect(read('scripts/check.mjs')).toBe(patterns('lagoon'))
    expect(read('README.md')).toBe(`install \`${own('repo', 'lagoon')}@1\`, not ${foreign}\n`)
    expect(JSON.parse(read('packages/repo/package.json'))).toEqual({
      name: own('repo', 'lagoon'),
      dependencies: { [own('car', 'lagoon')]: '1' },
    })
    expect(staleNames(root).files.size).toBe(0)
  })

  it('goes on with a rename that stopped before the manifests were written', () => {
    write('docs/late.md', `see ${own('car')} and ${own('car', 'another')}\n`)
    change({ scope: '@lagoon' })
    const { files } = staleNames(root)
    writeNames(root, new Map([...files].filter(([file]) => !file.endsWith('package.json'))))
    expect([...staleNames(root).files.keys()]).toEqual(['packages/car/package.json', 'packages/repo/package.json'])
    expect(read('docs/late.md')).toBe(`see ${own('car', 'lagoon')} and ${own('car', 'another')}\n`)
  })

  it('keeps the lockfile in the order in which pnpm writes it', () => {
    change({ scope: '@zone' })
    writeNames(root, staleNames(root).files)
    expect(read('pnpm-lock.yaml')).toBe(lockfile('zone', ['car', 'syntax']))
  })

  it('renames the addresses of the project', () => {
    write('packages/car/README.md', `[more](${repository}/blob/main/docs)\n`)
    const moved = 'https://elsewhere.example/reef'
    change({ repository: moved, homepage: 'https://reef.example' })
    writeNames(root, staleNames(root).files)
    expect(read('packages/car/README.md')).toBe(`[more](${moved}/blob/main/docs)\n`)
    expect(JSON.parse(read('package.json'))).toMatchObject({ homepage: 'https://reef.example', ...atRepository(moved) })
    expect(staleNames(root).files.size).toBe(0)
  })

  it('refuses a scope under which others publish what the project uses, and says each value that is wrong', () => {
    change({ scope: '@other' })
    expect(() => staleNames(root)).toThrow('project.json: others publish packages as @other')
    change({ scope: '@reef' })
    write('packages/tool/package.json', JSON.stringify({ name: own('tool', 'other') }))
    expect(() => staleNames(root)).toThrow(
      'packages/tool/package.json: others publish packages as @other, so @other/tool needs a name in @reef',
    )
    change({ scope: 'reef', repository: `${repository}.git` })
    expect(() => staleNames(root)).toThrow(/'scope' must be an npm scope .*\n.*'repository' must be an https address/)
  })
})

function atRepository(url = repository) {
  return { repository: { type: 'git', url: `git+${url}.git` } }
}

function lockfile(scope, names) {
  const entry = (name) => `      '${name}':\n        specifier: workspace:*\n`
  const entries = [own('repo', 'other'), ...names.map((name) => own(name, scope))].sort().map(entry)
  return `importers:\n\n  e2e:\n    dependencies:\n${entries.join('')}\npackages:\n\n  '@other/repo@1.0.0':\n    x: y\n`
}

function change(values) {
  write('project.json', JSON.stringify({ ...JSON.parse(read('project.json')), ...values }))
}

function write(file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

function read(file) {
  return readFileSync(join(root, file), 'utf8')
}
