import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commandFaults } from './check-commands.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tasks = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts)
const files = globSync('.github/workflows/*.yml', { cwd: root })
const workflows = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const stepsOf = (workflow) => Object.values(workflow.jobs).flatMap(({ steps }) => steps)

describe('workflows', () => {
  it('are those of changes and of releases', () => {
    expect(files.map((file) => file.split('/').at(-1)).sort()).toEqual(['ci.yml', 'release.yml'])
  })

  describe.each(workflows)('$file', ({ file, text }) => {
    const workflow = parse(text, { strict: true, uniqueKeys: true })

    it('runs commands that the project has', () => {
      const commands = stepsOf(workflow).flatMap(({ run }) => (run?.startsWith('npm ') ? [run] : []))
      expect(commands.length).toBeGreaterThan(0)
      expect(commandFaults(file, text, tasks)).toEqual([])
      for (const command of commands) expect(commandFaults(file, `\`${command}\``, tasks)).toEqual([])
    })

    it('uses actions of a named version, and may only read unless a job says otherwise', () => {
      for (const { uses } of stepsOf(workflow)) {
        if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/)
      }
      expect(workflow.permissions).toEqual({ contents: 'read' })
    })

    it('ends a job that hangs', () => {
      for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    })

    it('puts nothing that people type into a shell', () => {
      for (const { run = '' } of stepsOf(workflow)) expect(run).not.toContain('${{')
    })
  })

  it('try every change as people do by hand', () => {
    const commands = stepsOf(parse(workflows.find(({ file }) => file.endsWith('ci.yml')).text)).map(({ run }) => run)
    expect(commands).toEqual(expect.arrayContaining(['npm test', 'npm run check', 'npm run runtimes']))
  })

  it('give a release what provenance needs', () => {
    const { jobs } = parse(workflows.find(({ file }) => file.endsWith('release.yml')).text)
    expect(jobs.release.permissions).toEqual({ contents: 'write', 'id-token': 'write' })
    expect(jobs.release.steps.find(({ uses }) => uses?.startsWith('actions/checkout')).with['fetch-depth']).toBe(0)
  })
})
