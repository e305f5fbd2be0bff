import { describe, expect, it } from 'vitest'
import { environmentExample, settingsPage } from './documents.ts'
import { flag, integer, list, parsed, parsedList, required, text, url } from './kinds.ts'
import { ConfigError, readSettings, type SettingsRules } from './read-settings.ts'

const settings = {
  name: text('APP_NAME', 'app', 'name of the app'),
  limits: {
    port: integer('APP_PORT', 80, 'port', { max: 65_535 }),
    strict: flag('APP_STRICT', false, 'whether it is strict'),
  },
  key: parsed('APP_KEY', 'a key', required, 'the key', parseKey, { secret: true }),
  home: url('APP_HOME', undefined, 'home page'),
  digits: list('APP_DIGITS', 'digits', 'some digits', (item) => /^\d$/.test(item)),
  names: parsedList('APP_NAMES', 'names', 'some names', (item) => item.toUpperCase()),
} as const

function parseKey(given: string): string {
  if (!given.startsWith('k')) throw new Error(`'${given}' does not begin with k`)
  return given
}

const unsupported = [
  { variables: ['OLD_*'], instead: 'nothing is done' },
  { variables: ['APP_DATABASE'], instead: 'its data would be missing', isRefused: true },
]
const read = (env: Record<string, string>, rules: Partial<SettingsRules<typeof settings>> = {}) =>
  readSettings(settings, { APP_KEY: 'k1', ...env }, { prefix: 'APP_', unsupported, ...rules })

function problems(env: Record<string, string>, rules?: Partial<SettingsRules<typeof settings>>): readonly string[] {
  try {
    read(env, rules)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('settings', () => {
  it('have their defaults where a variable is unset or empty', () => {
    expect(read({ APP_NAME: ' ' })).toEqual({
      values: {
        name: 'app',
        limits: { port: 80, strict: false },
        key: 'k1',
        home: undefined,
        digits: [],
        names: [],
      },
      warnings: [],
    })
  })

  it('are read in groups, without quotes and repetitions', () => {
    const { values, warnings } = read({ APP_PORT: '8080', APP_STRICT: 'T', APP_NAMES: '"a","b",a' })
    expect(values).toMatchObject({ limits: { port: 8080, strict: true }, names: ['A', 'B'] })
    expect(warnings).toEqual(['APP_NAMES is in quotes, which were removed: environment files need none'])
  })

  it('are all reported if they are wrong, with the faults that the app adds and the unsupported ones', () => {
    const rules = { faults: () => ['APP_PORT and APP_HOME do not go together'] }
    expect(problems({ APP_PORT: 'x', APP_KEY: 'secret', APP_DIGITS: '1,22', APP_DATABASE: 'd' }, rules)).toEqual([
      "APP_PORT must be a whole number from 0 to 65535, not 'x' (port)",
      "APP_KEY is not a key: '***' does not begin with k (the key)",
      "APP_DIGITS must be a comma-separated list of digits: '22' is not valid (some digits)",
      'APP_PORT and APP_HOME do not go together',
      'APP_DATABASE is not supported by this version: its data would be missing',
    ])
  })

  it('are passed to the check of the app as they were read, undefined where that failed', () => {
    let seen: unknown
    const faults: SettingsRules<typeof settings>['faults'] = (values) => {
      seen = values.limits
      return []
    }
    problems({ APP_PORT: 'x' }, { faults })
    expect(seen).toEqual({ port: undefined, strict: false })
  })

  it('cause a warning if they have no effect, unless they are false', () => {
    const env = { OLD_A: '1', OLD_B: '1', OLD_C: 'false', APP_PROT: '80', HOME: '/root' }
    expect(read(env, { warnings: ({ name }) => [`${name} is a plain name`] }).warnings).toEqual([
      'app is a plain name',
      'OLD_A and OLD_B are not supported by this version: nothing is done',
      'APP_PROT is not a setting of this version and is ignored',
    ])
  })
})

describe('the documents of settings', () => {
  it('are a page with a row for each', () => {
    const page = settingsPage({
      settings,
      intro: 'The app reads its settings.',
      source: 'src/settings.ts',
      notes: 'Take care.',
      unsupported: { settings: unsupported, intro: 'Some are not supported.' },
    })
    expect(page).toContain('| `APP_PORT` | number | `80` | port |\n')
    expect(page).toContain('| `APP_KEY` | a key | `required` | the key |\n')
    expect(page).toContain('| `APP_DATABASE` | refused | its data would be missing |\n')
  })

  it('are an environment file in which only required settings are not commented out', () => {
    expect(environmentExample({ key: settings.key, name: settings.name }, 'Settings')).toBe(
      '# Settings\n\n# the key\nAPP_KEY=\n\n# name of the app\n# APP_NAME=app\n',
    )
  })
})
