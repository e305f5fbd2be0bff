// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { compileStatement, createQueryBuilder, type Parameters, pdsMigrations, statement } from '@atoll/storage-sql'

const accountOf = statement((db, $: Parameters<{ did: `did:${string}:${string}` }>) =>
  db.selectFrom('account').select('handle').where('did', '=', $('did')),
)

export function scenario() {
  return {
    sqlite: compileStatement(createQueryBuilder('sqlite'), accountOf).sql,
    postgres: compileStatement(createQueryBuilder('postgres'), accountOf).sql,
    migrations: pdsMigrations.length > 0,
  }
}

export const expected = {
  sqlite: 'select "handle" from "account" where "did" = ?',
  postgres: 'select "handle" from "account" where "did" = $1',
  migrations: true,
}
