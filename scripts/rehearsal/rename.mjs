// A change of scope in a copy of the project: everything must follow.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { copyProject } from './copy.mjs'
import { step, tried } from './step.mjs'

/** As long as a scope may reasonably be, and after all others in the alphabet of imports. */
const scope = '@lagoon-test'

/** Rehearses in `folder`, which is empty. Throws at the first thing that is not as it should be. */
export async function rehearseRename(root, folder) {
  const copy = join(folder, 'project')
  const { git } = await step('copy', () => copyProject(root, copy))
  const path = [join(copy, 'node_modules', 'node', 'bin'), join(copy, 'node_modules', '.bin'), process.env.PATH]
  const env = { ...process.env, PATH: path.join(delimiter) }
  const passes = (name, command, args) =>
    step(name, async () => {
      const { code, output } = await tried(copy, command, args, env)
      assert.equal(code, 0, output)
    })

  const project = JSON.parse(readFileSync(join(copy, 'project.json'), 'utf8'))
  writeFileSync(join(copy, 'project.json'), `${JSON.stringify({ ...project, scope }, null, 2)}\n`)
  // The first run installs the tools, renames and installs again.
  await passes('generate', 'npm', ['run', 'generate'])
  const left = await tried(copy, 'git', ['grep', '--files-with-matches', '--fixed-strings', `${project.scope}/`], env)
  assert.equal(left.output, '', `${project.scope} is still named`)
  git('add', '--all')
  await passes('generate again', 'npm', ['run', 'generate'])
  assert.equal(git('diff', '--stat'), '', 'what was generated changes when it is generated again')
  await passes('types', 'tsc', ['-p', 'tsconfig.json'])
  await passes('layers', process.execPath, ['scripts/check-layers.mjs'])
  await passes('format', 'biome', ['ci', '--colors=off', '.'])
  await passes('tests', 'vitest', [
    'run',
    'packages/syntax/src/did.test.ts',
    'scripts/check-layers.test.mjs',
    'packages/lexicon',
  ])
  await passes('a build', 'turbo', ['run', 'build', `--filter=${scope}/repo`, '--output-logs=errors-only'])
}
