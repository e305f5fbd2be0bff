import { describe, expect, it } from 'vitest'
import { createQueryBuilder } from './dialect.ts'
import { pdsMigrations } from './migrations/index.ts'
import { bind, compileStatement, type Parameters, statement } from './statement.ts'

const entry = statement((db, $: Parameters<{ namespace: string; key: string | undefined }>) =>
  db
    .selectFrom('state')
    .select('value')
    .where('key', '=', $('key') ?? '')
    .where('namespace', '=', $('namespace'))
    .where('value', '!=', 'constant'),
)

describe('a statement', () => {
  it('is compiled for each dialect from the same source', () => {
    expect(compileStatement(createQueryBuilder('sqlite'), entry).sql).toBe(
      'select "value" from "state" where "key" = ? and "namespace" = ? and "value" != ?',
    )
    expect(compileStatement(createQueryBuilder('postgres'), entry).sql).toBe(
      'select "value" from "state" where "key" = $1 and "namespace" = $2 and "value" != $3',
    )
  })

  it('binds named values where their placeholders stand, constants as they are, and undefined as null', () => {
    const compiled = compileStatement(createQueryBuilder('sqlite'), entry)
    expect(bind(compiled, { namespace: 'n', key: 'k' })).toEqual(['k', 'n', 'constant'])
    expect(bind(compiled, { namespace: 'n', key: undefined })).toEqual([null, 'n', 'constant'])
  })
})

describe('migrations', () => {
  it('have rising versions from 1 in each part, without a gap', () => {
    for (const part of ['core', 'pds']) {
      const versions = pdsMigrations.filter((migration) => migration.part === part).map(({ version }) => version)
      expect(versions).toEqual(versions.map((_, index) => index + 1))
    }
  })

  it.each(['sqlite', 'postgres'] as const)('compile for %s', (dialect) => {
    const db = createQueryBuilder(dialect)
    for (const migration of pdsMigrations) {
      for (const built of migration.statements(db, dialect)) {
        expect(built.compile().sql).toMatch(/^(?:create|alter|update|insert|drop) /)
      }
    }
  })

  it('cluster small tables in SQLite only, and use byte strings of each dialect', () => {
    const texts = (dialect: 'sqlite' | 'postgres') =>
      pdsMigrations
        .filter(({ version }) => version === 1)
        .flatMap((migration) => migration.statements(createQueryBuilder(dialect), dialect))
        .map((built) => built.compile().sql)
        .join('\n')
    expect(texts('sqlite')).toContain('without rowid')
    expect(texts('postgres')).not.toContain('without rowid')
    expect(texts('postgres')).toContain('bytea')
    expect(texts('postgres')).not.toContain(' blob')
  })
})
