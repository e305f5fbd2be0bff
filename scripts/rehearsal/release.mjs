// A release of the project as it is, from a copy, to a registry in this process, and what an
// importer then gets: nothing leaves the machine. Packages must have been built.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from '../release/command.mjs'
import { publicPackages } from '../release/packages.mjs'
import { copyProject } from './copy.mjs'
import { openLocalRegistry } from './local-registry.mjs'
import { step, tried } from './step.mjs'

/** The registry of the first release fails at this package. */
const failsAt = 5

/** Rehearses in `folder`, which is empty. Throws at the first thing that is not as it should be. */
export async function rehearseRelease(root, folder) {
  const token = randomUUID()
  const upstream = await outputOf(root, 'npm', ['config', 'get', 'registry'])
  const copy = join(folder, 'project')
  const { git } = await step('copy', () => copyProject(root, copy))
  const packages = publicPackages(copy)
  const scope = packages[0].manifest.name.split('/')[0]
  let isBroken = true
  const registry = await openLocalRegistry({
    scope,
    upstream,
    token,
    accepts: () => !isBroken || registry.published.length < failsAt - 1,
  })
  const settings = join(folder, 'npmrc')
  writeFileSync(
    settings,
    [
      `registry=${upstream}`,
      `${scope}:registry=${registry.url}`,
      `//${new URL(registry.url).host}/:_authToken=${token}`,
      'fetch-retries=0',
    ].join('\n'),
  )
  const env = { ...environment(), NPM_CONFIG_USERCONFIG: settings }
  const release = (...flags) => tried(copy, 'npm', ['run', 'release', '--', '--skip-checks', ...flags], env)

  try {
    const before = git('rev-parse', 'HEAD')
    const dry = await step('dry run', () => release('--dry-run'))
    assert.equal(dry.code, 0, dry.output)
    assert.match(dry.output, new RegExp(`would publish ${scope}/pds@0\\.1\\.0`))
    assert.deepEqual([git('status', '--porcelain'), git('rev-parse', 'HEAD')], ['', before])
    assert.deepEqual(registry.published, [])

    const failed = await step(`a release that fails at package ${failsAt}`, () => release())
    assert.equal(failed.code, 1, failed.output)
    assert.match(failed.output, new RegExp(`could not be published; ${failsAt - 1} of ${packages.length} are`))
    assert.equal(registry.published.length, failsAt - 1)
    assert.equal(git('tag', '--list'), '', 'a release that is not whole has no tag')
    assert.equal(git('log', '-1', '--format=%s', 'origin/main'), 'release: 0.1.0')

    isBroken = false
    const second = await step('the same again', () => release())
    assert.equal(second.code, 0, second.output)
    assert.deepEqual([...registry.published].sort(), packages.map(({ manifest }) => manifest.name).sort())
    requireDependenciesFirst(registry)
    assert.match(git('ls-remote', '--tags', 'origin'), /refs\/tags\/v0\.1\.0/)
    assert.match(git('tag', '--list', '--format=%(contents)', 'v0.1.0'), /^v0\.1\.0\n\n## Changes\n\n- \*\*/)

    const third = await step('and again', () => release())
    assert.equal(third.code, 0, third.output)
    assert.match(third.output, /there is nothing to release/)
    assert.equal(registry.published.length, packages.length)

    await step('an importer', () => importPds(folder, scope, env))
    await step('packages that must not be packed', () => packWrongly(copy, env))
  } finally {
    await registry.close()
  }
}

function requireDependenciesFirst(registry) {
  for (const [index, name] of registry.published.entries()) {
    const { dependencies = {} } = registry.manifestOf(name, '0.1.0')
    for (const [dependency, range] of Object.entries(dependencies)) {
      assert.doesNotMatch(range, /^(?:workspace|catalog):/, `${name}: ${dependency}@${range}`)
      const place = registry.published.indexOf(dependency)
      assert.ok(place < index, `${name} was published before ${dependency}`)
    }
  }
}

/** Installs the largest program with npm, and uses its library and its command. */
async function importPds(folder, scope, env) {
  const project = join(folder, 'importer')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const installed = await tried(project, 'npm', ['install', '--no-audit', '--no-fund', `${scope}/pds@0.1.0`], env)
  assert.equal(installed.code, 0, installed.output)
  writeFileSync(
    join(project, 'main.js'),
    `import * as pds from '${scope}/pds'\nimport { parseDid } from '${scope}/syntax'\n` +
      "console.log(typeof pds.createPds, parseDid('did:web:example.com'))\n",
  )
  const imported = await tried(project, process.execPath, ['main.js'], env)
  assert.equal(imported.output.trim(), 'function did:web:example.com')
  const program = await tried(project, join(project, 'node_modules', '.bin', 'atoll-pds'), ['--version'], env)
  assert.match(program.output, /0\.1\.0/)
}

/** One packed by npm, and one that was never built. */
async function packWrongly(copy, env) {
  const folder = join(copy, 'packages', 'repo')
  const byNpm = await tried(folder, 'npm', ['pack'], env)
  assert.notEqual(byNpm.code, 0, 'npm packed a manifest with ranges of the workspace')
  assert.match(byNpm.output, /only pnpm replaces ranges such as '.*workspace:/)
  renameSync(join(folder, 'dist'), join(folder, 'elsewhere'))
  const unbuilt = await tried(folder, 'pnpm', ['pack'], env)
  assert.notEqual(unbuilt.code, 0, 'a package was packed without its build')
  assert.match(unbuilt.output, /dist\/index\.js.* is not there: run 'npm run build' first/)
}

/** The environment without what the npm that started this adds to it. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
}
