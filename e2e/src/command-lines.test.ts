import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Command {
  readonly name: string
  readonly file: string
  readonly version: string
}

/** Every command that a server's packages install. Those of `lexicon` have tests of their own. */
const commands = globSync(['apps/*/package.json', 'packages/*/package.json'], { cwd: root })
  .filter((manifest) => !manifest.includes('lexicon'))
  .flatMap((manifest): Command[] => {
    const { bin = {}, version }: { bin?: Record<string, string>; version: string } = JSON.parse(
      readFileSync(join(root, manifest), 'utf8'),
    )
    return Object.entries(bin).map(([name, file]) => ({ name, file: join(root, manifest, '..', file), version }))
  })

function run({ file }: Command, ...given: string[]) {
  // No settings: whatever the command did beyond reading its arguments would fail, or take a port.
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...given], { env: {}, encoding: 'utf8' })
  return { status, stdout, stderr }
}

it('there are commands', () => {
  expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(['atoll-pds', 'atoll-devnet']))
})

describe.each(commands)('$name', (command) => {
  it('explains itself with --help', () => {
    const { status, stdout, stderr } = run(command, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: ${command.name}`)
  })

  it('prints its version', () => {
    expect(run(command, '--version')).toEqual({ status: 0, stdout: `${command.name} ${command.version}\n`, stderr: '' })
  })

  it('refuses an option that it does not have, with the usage', () => {
    const { status, stdout, stderr } = run(command, '--prot=2583')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(`${command.name}: there is no option --prot=2583\nUsage: ${command.name}`)
  })
})

describe('atoll-pds --help', () => {
  it('lists every setting with its default', () => {
    const pds = commands.find(({ name }) => name === 'atoll-pds')!
    const { stdout } = run(pds, '--help')
    const table = readFileSync(join(root, 'docs/settings.md'), 'utf8').split('## Not supported')[0]!
    const variables = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, variable]) => variable!)
    expect(variables.length).toBeGreaterThan(20)
    for (const variable of variables) expect(stdout).toMatch(new RegExp(`^  ${variable}(=| \\(required\\)$|$)`, 'm'))
  })
})

describe('atoll-follow', () => {
  const follow = commands.find(({ name }) => name === 'atoll-follow')!

  it.each([
    [['localhost:2583'], "'localhost:2583' is not a URL"],
    [['http://localhost:2583', 'now'], "'now' is not a cursor"],
  ])('refuses %j', (given, reason) => {
    const { status, stderr } = run(follow, ...given)
    expect({ status, reason: stderr.split('\n')[0] }).toEqual({ status: 2, reason: `atoll-follow: ${reason}` })
  })
})
