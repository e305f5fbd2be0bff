import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { staleManifests, writeManifests } from './manifests.mjs'

const root = mkdtempSync(join(tmpdir(), 'manifests-'))
afterAll(() => rmSync(root, { recursive: true }))

const file = 'packages/one/package.json'
const entry = (name) => ({
  '@x/source': `./src/${name}.ts`,
  types: `./dist/${name}.d.ts`,
  default: `./dist/${name}.js`,
})

function write(manifest, path = file) {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), JSON.stringify(manifest))
}

const read = () => JSON.parse(readFileSync(join(root, file), 'utf8'))

function completed(manifest) {
  write(manifest)
  writeManifests(root, staleManifests(root))
  return read()
}

beforeEach(() => {
  const project = { scope: '@x', repository: 'https://git.example/x', homepage: 'https://x.example' }
  writeFileSync(join(root, 'project.json'), JSON.stringify(project))
  write({ name: '@x/one', exports: { '.': entry('index') } })
})

describe('public manifests', () => {
  it('say where the project lives', () => {
    expect(completed(read())).toMatchObject({
      homepage: 'https://x.example',
      bugs: { url: 'https://git.example/x/issues' },
      repository: { type: 'git', url: 'git+https://git.example/x.git', directory: 'packages/one' },
    })
  })

  it('keep their own keywords and files beside the common ones', () => {
    const { keywords, files } = completed({ ...read(), keywords: ['car', 'bluesky'], files: ['dist'] })
    expect(keywords).toEqual(['atproto', 'at-protocol', 'bluesky', 'car'])
    expect(files).toEqual(['dist', 'CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT'])
  })

  it('depend on each other by ranges', () => {
    const exact = { '@x/two': 'workspace:*', three: 'catalog:' }
    const { dependencies, devDependencies } = completed({ ...read(), dependencies: exact, devDependencies: exact })
    expect(dependencies).toEqual({ '@x/two': 'workspace:^', three: 'catalog:' })
    expect(devDependencies).toEqual(exact)
  })

  it('export themselves, and leave the parts that entries share out of patterns', () => {
    expect(completed(read()).exports).toEqual({ '.': entry('index'), './package.json': './package.json' })
    const withPattern = { '.': entry('index'), './*': entry('*') }
    expect(completed({ ...read(), exports: withPattern }).exports).toEqual({
      ...withPattern,
      './chunk-*': null,
      './package.json': './package.json',
    })
  })

  it('are outdated once, and only where something differs', () => {
    write({ name: '@x/private', private: true }, 'packages/private/package.json')
    expect([...staleManifests(root).keys()]).toEqual([file])
    completed(read())
    expect(staleManifests(root).size).toBe(0)
    const { name, ...others } = read()
    write({ ...others, name })
    expect([...staleManifests(root).keys()]).toEqual([file])
  })
})
