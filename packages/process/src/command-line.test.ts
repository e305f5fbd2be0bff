import { describe, expect, it } from 'vitest'
import { type Program, readCommandLine } from './command-line.ts'

const program: Program = {
  name: 'reef-tide',
  version: '1.2.3',
  summary: 'Prints the tide of a reef.',
  arguments: [
    { name: 'reef', meaning: 'its name (default: north)' },
    { name: 'day', meaning: 'a date (default: today)' },
  ],
  notes: 'Times are in UTC.',
}
const without: Program = { name: 'reefd', version: '1.2.3', summary: 'Serves reefs.' }

describe('a command line', () => {
  it('gives the arguments in order', () => {
    expect(readCommandLine(program, [])).toEqual({ kind: 'run', values: [] })
    expect(readCommandLine(program, ['south', '2026-01-02'])).toEqual({ kind: 'run', values: ['south', '2026-01-02'] })
  })

  it('takes what follows -- as arguments', () => {
    expect(readCommandLine(program, ['--', '--help'])).toEqual({ kind: 'run', values: ['--help'] })
    expect(readCommandLine(without, ['--'])).toEqual({ kind: 'run', values: [] })
  })

  it.each(['--help', '-h'])('prints what the program is and takes for %s', (option) => {
    expect(readCommandLine(program, ['south', option, '--wrong'])).toEqual({
      kind: 'print',
      text: `Prints the tide of a reef.

Usage: reef-tide [reef [day]]

  reef        its name (default: north)
  day         a date (default: today)
  -h, --help  prints this
  --version   prints the version

Times are in UTC.`,
    })
  })

  it('prints the version', () => {
    expect(readCommandLine(program, ['--version'])).toEqual({ kind: 'print', text: 'reef-tide 1.2.3' })
  })

  it('refuses an option that the program does not have, with the usage', () => {
    expect(readCommandLine(program, ['south', '--port=1', '--version2'])).toEqual({
      kind: 'refuse',
      text: 'reef-tide: there is no option --port=1\nUsage: reef-tide [reef [day]]\nreef-tide --help says more.',
    })
  })

  it('refuses more arguments than the program takes', () => {
    expect(readCommandLine(program, ['south', 'today', 'now'])).toMatchObject({
      kind: 'refuse',
      text: expect.stringMatching(/^reef-tide: there is nothing to do with 'now'\nUsage: /),
    })
    expect(readCommandLine(without, ['start'])).toMatchObject({
      text: "reefd: there is nothing to do with 'start'\nUsage: reefd\nreefd --help says more.",
    })
  })
})
