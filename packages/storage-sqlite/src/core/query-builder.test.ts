import { compileStatement, type Parameters, statement } from '@atoll/storage-sql'
import { describe, expect, it } from 'vitest'
import { createSqliteBuilder } from './query-builder.ts'

const entry = statement((db, $: Parameters<{ namespace: string; key: string | undefined }>) =>
  db
    .selectFrom('state')
    .select('value')
    .where('key', '=', $('key') ?? '')
    .where('namespace', '=', $('namespace'))
    .where('value', '!=', 'constant'),
)

describe('a statement for SQLite', () => {
  it('hides its parameters from the planner behind a plus', () => {
    expect(compileStatement(createSqliteBuilder(), entry).sql).toBe(
      'select "value" from "state" where "key" = +? and "namespace" = +? and "value" != +?',
    )
  })
})
