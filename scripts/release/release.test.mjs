import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import changelog from './changelog.mjs'
import { releaseNotes } from './notes.mjs'
import { publicPackages, sharedVersion } from './packages.mjs'
import { packingFaults } from './prepack.mjs'
import { canProve, distTag } from './publish.mjs'
import { isPublished } from './registry.mjs'
import { release } from './release.mjs'
import { openRepository } from './repository.mjs'

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

let root
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'release-test-'))))
afterAll(() => rmSync(root, { recursive: true }))

describe('public packages', () => {
  const write = (tree, name, fields) =>
    writeJson(join(root, tree, 'packages', name, 'package.json'), { name, version: '1.0.0', ...fields })

  it('come after what they depend on, without private ones', () => {
    write('order', 'a', { dependencies: { c: '1' } })
    write('order', 'b', { private: true })
    write('order', 'c', { peerDependencies: { d: '1', other: '1' } })
    write('order', 'd', { optionalDependencies: { e: '1' }, devDependencies: { a: '1' } })
    write('order', 'e')
    const names = publicPackages(join(root, 'order')).map(({ manifest }) => manifest.name)
    expect(names).toEqual(['e', 'd', 'c', 'a'])
  })

  it('are refused when they depend on each other', () => {
    write('circle', 'a', { dependencies: { b: '1' } })
    write('circle', 'b', { dependencies: { a: '1' } })
    expect(() => publicPackages(join(root, 'circle'))).toThrow('packages depend on each other: a -> b -> a')
  })

  it('share one version', () => {
    const at = (version) => ({ manifest: { version } })
    expect(sharedVersion([at('0.1.0'), at('0.1.0')])).toBe('0.1.0')
    expect(() => sharedVersion([at('0.1.0'), at('0.2.0')])).toThrow('several versions, 0.1.0 and 0.2.0')
  })

  it('are, in this project, guarded against being packed by accident', () => {
    for (const { folder, manifest } of publicPackages(project)) {
      expect(manifest.scripts.prepack, folder).toBe('node ../../scripts/release/prepack.mjs')
    }
  })
})

describe('the guard of packing', () => {
  const folder = () => join(root, 'guarded')
  const faults = (fields, userAgent = 'pnpm/10.0.0 npm/? node/v24') => {
    writeJson(join(folder(), 'package.json'), { name: 'one', ...fields })
    return packingFaults(folder(), userAgent)
  }

  it.each(['workspace:^', 'catalog:'])('lets only pnpm pack a manifest with %s', (range) => {
    for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
      expect(faults({ [field]: { two: range } })).toEqual([])
      expect(faults({ [field]: { two: range } }, 'npm/11.0.0 node/v24')).toEqual([
        expect.stringMatching(`^one: only pnpm replaces ranges such as 'two@${range.replace('^', '\\^')}'.*npm run`),
      ])
    }
    expect(faults({ dependencies: { two: '^1.0.0' }, devDependencies: { three: range } }, 'npm/11.0.0')).toEqual([])
  })

  it('refuses a package whose manifest names files that are not built', () => {
    const manifest = {
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './data/*': './data/*.json' },
      bin: { one: './dist/main.js' },
    }
    expect(faults(manifest)).toEqual([
      "one: ./dist/index.d.ts, ./dist/index.js, ./dist/main.js is not there: run 'npm run build' first.",
    ])
    for (const file of ['index.d.ts', 'index.js', 'main.js']) writeText(join(folder(), 'dist', file), '')
    expect(faults(manifest)).toEqual([])
  })

  it('refuses declarations of sources that are gone', () => {
    for (const name of ['kept', 'gone']) {
      writeText(join(folder(), 'dist', `${name}.d.ts.map`), JSON.stringify({ sources: [`../src/${name}.ts`] }))
    }
    writeText(join(folder(), 'src', 'kept.ts'), '')
    expect(faults({})).toEqual([
      "one: dist/gone.d.ts.map is left from an earlier build: remove the folder dist, and run 'npm run build'.",
    ])
  })
})

describe('an entry of a changelog', () => {
  it('links to the commit that brought it', () => {
    const { repository } = JSON.parse(readFileSync(join(project, 'project.json'), 'utf8'))
    const commit = '0123456789abcdef'
    expect(changelog.getReleaseLine({ summary: 'One thing,\nand more.\n', commit })).toBe(
      `- [0123456](${repository}/commit/0123456): One thing,\n  and more.`,
    )
    expect(changelog.getReleaseLine({ summary: 'One thing.' })).toBe('- One thing.')
  })
})

describe('release notes', () => {
  const car =
    '# x\n\n## 0.2.0\n\n### Minor Changes\n\n- Both.\n  More.\n\n### Patch Changes\n\n- Mended.\n\n## 0.1.0\n\n- Old.\n'
  const repo = '# x\n\n## 0.2.0\n\n### Minor Changes\n\n- Own.\n- Both.\n  More.\n'

  it('tell a change of several packages once, and only those of the version', () => {
    expect(
      releaseNotes('0.2.0', [
        ['@x/car', car],
        ['@x/repo', repo],
      ]),
    ).toBe('## Changes\n\n- **car, repo** · Both.\n  More.\n- **repo** · Own.\n\n## Fixes\n\n- **car** · Mended.\n')
  })

  it('say so when there is nothing to tell', () => {
    expect(releaseNotes('0.3.0', [['@x/car', car]])).toMatch(/^No changes/)
  })
})

describe('publication', () => {
  it('is proven where a job may ask for a token, and nowhere else', () => {
    expect(canProve({})).toBe(false)
    expect(canProve({ CI: 'true', GITHUB_ACTIONS: 'true' })).toBe(false)
    expect(canProve({ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'y' })).toBe(true)
    expect(canProve({ GITLAB_CI: 'true', SIGSTORE_ID_TOKEN: 'y' })).toBe(true)
  })

  it('gives `latest` to releases alone', () => {
    expect(['0.1.0', '1.0.0', '1.0.0+build-1'].map(distTag)).toEqual(['latest', 'latest', 'latest'])
    expect(['1.0.0-beta.2', '1.0.0-next.0', '1.0.0-0'].map(distTag)).toEqual(['beta', 'next', 'next'])
  })

  it('is known to be done, or not, or it is an error', async () => {
    const statuses = { '/@x%2fcar/0.1.0': 200, '/@x%2fcar/0.2.0': 404 }
    const server = createServer((request, response) => response.writeHead(statuses[request.url] ?? 500).end('{}'))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const registry = `http://127.0.0.1:${server.address().port}/`
    expect(await isPublished(registry, '@x/car', '0.1.0')).toBe(true)
    expect(await isPublished(registry, '@x/car', '0.2.0')).toBe(false)
    await expect(isPublished(registry, '@x/car', '0.3.0')).rejects.toThrow('answers 500: whether @x/car@0.3.0')
    await new Promise((resolve) => server.close(resolve))
    await expect(isPublished(registry, '@x/car', '0.1.0')).rejects.toThrow(`does not respond at ${registry}@x%2fcar`)
  })
})

describe('a release of a small project', () => {
  let folder
  let registry
  const git = (...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
  const commit = () => {
    git('add', '--all')
    git('commit', '-q', '-m', 'one more')
    return git('rev-parse', 'HEAD')
  }
  const dryRun = async () => {
    const lines = []
    const error = await release({
      root: folder,
      isDryRun: true,
      skipsChecks: true,
      log: (line) => lines.push(line),
    }).catch((thrown) => thrown)
    return [...lines, String(error)].join('\n')
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'small-'))
    registry = createServer(({ url }, response) => response.writeHead(url.endsWith('car/0.1.0') ? 200 : 404).end('{}'))
    await new Promise((resolve) => registry.listen(0, '127.0.0.1', resolve))
    for (const name of ['car', 'repo']) {
      writeJson(join(folder, 'packages', name, 'package.json'), { name: `@x/${name}`, version: '0.1.0' })
    }
    writeText(join(folder, '.npmrc'), `registry=http://127.0.0.1:${registry.address().port}/\n`)
    writeText(join(folder, 'pnpm-workspace.yaml'), "packages: ['packages/*']\n")
    writeJson(join(folder, 'package.json'), { name: 'x', private: true })
    git('init', '-q', '-b', 'main')
    git('config', 'user.name', 'one')
    git('config', 'user.email', 'one@example.com')
  })
  afterEach(() => new Promise((resolve) => registry.close(resolve)))

  it('that stopped half way is not finished with other sources than it began with', async () => {
    const versioned = commit()
    writeText(join(folder, 'docs', 'page.md'), 'no package')
    commit()
    expect(await dryRun()).toContain('would publish @x/repo@0.1.0')
    writeText(join(folder, 'packages', 'repo', 'README.md'), 'other than what is published')
    commit()
    expect(await dryRun()).toContain(
      `0.1.0 is published in part, and the packages have changed since: check out ${versioned}`,
    )
  })

  it('is taken back, and nothing that somebody did in the meantime', async () => {
    writeJson(join(folder, '.changeset', 'config.json'), { changelog: false, fixed: [['@x/*']], baseBranch: 'main' })
    writeText(join(folder, '.changeset', 'news.md'), '---\n"@x/car": minor\n---\n\nNews.\n')
    writeJson(join(folder, 'packages', 'car', 'package.json'), {
      name: '@x/car',
      version: '0.1.0',
      scripts: { prepack: 'echo mine > ../../mine.txt && echo mine > ../../.npmignore' },
    })
    writeText(join(folder, '.npmignore'), '')
    commit()
    expect(await dryRun()).toContain('would publish @x/car@0.2.0')
    expect(git('status', '--porcelain')).toBe('M .npmignore\n?? mine.txt')
  })
})

describe('the repository of a release', () => {
  let folder
  const git = (...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
  beforeAll(() => {
    const origin = join(root, 'origin.git')
    folder = join(root, 'checkout')
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', origin])
    execFileSync('git', ['init', '-q', '-b', 'main', folder])
    git('config', 'user.name', 'one')
    git('config', 'user.email', 'one@example.com')
    git('remote', 'add', 'origin', origin)
    commit('first')
    git('push', '-q', 'origin', 'main')
  })
  const commit = (text) => {
    writeText(join(folder, 'file'), text)
    git('add', '--all')
    git('commit', '-q', '-m', text)
  }

  it('is clean, and its main has all that the remote has', async () => {
    const repository = await openRepository(folder)
    await repository.requireClean()
    await repository.requireMain({ orPart: false })
    writeText(join(folder, 'other'), '')
    await expect(repository.requireClean()).rejects.toThrow(/Commit or remove.*\n.*other/)
    rmSync(join(folder, 'other'))

    commit('second')
    git('push', '-q', 'origin', 'main')
    git('reset', '-q', '--hard', 'HEAD~1')
    await expect(repository.requireMain({ orPart: false })).rejects.toThrow("lacks commits of the remote's (1)")
    await repository.requireMain({ orPart: true })
    git('switch', '-q', '-c', 'side')
    await expect(repository.requireMain({ orPart: false })).rejects.toThrow('made on main, and this is side')
    git('switch', '-q', 'main')
  })

  it('takes back the commit of a release that the remote does not take', async () => {
    const repository = await openRepository(folder)
    const before = git('rev-parse', 'HEAD')
    writeText(join(folder, 'file'), 'other than the second of the remote')
    writeText(join(folder, 'mine'), 'not of the release')
    await expect(repository.commitToMain('release: 1.0.0', ['file'])).rejects.toThrow('nothing is published')
    expect([git('rev-parse', 'HEAD'), git('status', '--porcelain')]).toEqual([before, '?? mine'])
    rmSync(join(folder, 'mine'))
  })

  it('takes back what it is told, and nothing that somebody changed beside it', async () => {
    const repository = await openRepository(folder)
    for (const file of ['kept', 'gone', 'mine']) writeText(join(folder, file), 'before')
    git('add', '--all')
    git('commit', '-q', '-m', 'three files')
    for (const file of ['kept', 'mine', 'new', 'my new']) writeText(join(folder, file), 'after')
    rmSync(join(folder, 'gone'))
    git('add', 'new')
    expect((await repository.changedFiles()).sort()).toEqual(['gone', 'kept', 'mine', 'my new', 'new'])
    await repository.undo(['kept', 'gone', 'new'])
    expect((await repository.changedFiles()).sort()).toEqual(['mine', 'my new'])
    expect(git('status', '--porcelain', 'kept', 'gone', 'new')).toBe('')
    await repository.undo(['mine', 'my new'])
    await repository.undo([])
    await repository.requireClean()
  })

  it('keeps the headings of the notes in its tag', async () => {
    const repository = await openRepository(folder)
    await repository.tag('v1.0.0', 'v1.0.0\n\n## Changes\n\n- One.\n')
    await repository.pushTag('v1.0.0')
    expect(git('tag', '--list', '--format=%(contents)', 'v1.0.0')).toBe('v1.0.0\n\n## Changes\n\n- One.')
    expect(git('ls-remote', '--tags', 'origin')).toContain('refs/tags/v1.0.0')
  })
})

function writeJson(file, value) {
  writeText(file, JSON.stringify(value))
}

function writeText(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
