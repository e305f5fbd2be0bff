import { type ColumnDataType, type Compilable, type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { DialectName } from '../dialect.ts'
import type { Schema } from '../schema.ts'

/** A table, described in terms that every dialect supports. */
export interface Table {
  readonly name: string
  readonly columns: { readonly [name: string]: Column }
  readonly primaryKey?: readonly string[]
  /** Rows are small enough to be stored in the index of the primary key. */
  readonly clustered?: boolean
  readonly unique?: Indexes
  readonly indexes?: Indexes
  /** Partial indexes: only of the rows in which this column is 0. */
  readonly whereZero?: { readonly [index: string]: string }
}

/**
 * A `key` is numbered by the database and never reused; an `id` may be reused after its row was
 * deleted.
 */
type Column = 'key' | 'id' | 'text' | 'text?' | 'integer' | 'bytes'
type Indexes = { readonly [name: string]: readonly string[] }

/** Creates a table and its indexes. */
export function createTable(db: Kysely<Schema>, dialect: DialectName, table: Table): Compilable[] {
  let builder = db.schema.createTable(table.name) as CreateTableBuilder<string, string>
  for (const [name, column] of Object.entries(table.columns)) builder = addColumn(builder, dialect, name, column, table)
  const { primaryKey = [] } = table
  if (primaryKey.length > 1) builder = builder.addPrimaryKeyConstraint(`${table.name}_key`, [...primaryKey])
  if (table.clustered && dialect === 'sqlite') builder = builder.modifyEnd(sql`without rowid`)
  return [builder, ...createIndexes(db, table)]
}

function addColumn(
  builder: CreateTableBuilder<string, string>,
  dialect: DialectName,
  name: string,
  column: Column,
  { primaryKey = [] }: Table,
): CreateTableBuilder<string, string> {
  if (column === 'id' && dialect === 'sqlite') {
    return builder.addColumn(name, 'integer', (id) => id.primaryKey())
  }
  if (column === 'key' || column === 'id') {
    if (dialect === 'sqlite') return builder.addColumn(name, 'integer', (key) => key.primaryKey().autoIncrement())
    return builder.addColumn(name, 'bigint', (key) => key.primaryKey().generatedAlwaysAsIdentity())
  }
  const alone = primaryKey.length === 1 && primaryKey[0] === name
  return builder.addColumn(name, typeOf(column, dialect), (definition) => {
    const described = column === 'text?' ? definition : definition.notNull()
    return alone ? described.primaryKey() : described
  })
}

function typeOf(column: Column, dialect: DialectName): ColumnDataType {
  if (column === 'text' || column === 'text?') return 'text'
  if (dialect === 'sqlite') return column === 'bytes' ? 'blob' : 'integer'
  return column === 'bytes' ? 'bytea' : 'bigint'
}

function createIndexes(db: Kysely<Schema>, { name, unique = {}, indexes = {}, whereZero = {} }: Table) {
  const create = (index: string, columns: readonly string[]) => {
    const builder = db.schema
      .createIndex(index)
      .on(name)
      .columns([...columns])
    const column = whereZero[index]
    return column === undefined ? builder : builder.where(sql.ref(column), '=', sql.lit(0))
  }
  return [
    ...Object.entries(unique).map(([index, columns]) => create(index, columns).unique()),
    ...Object.entries(indexes).map(([index, columns]) => create(index, columns)),
  ]
}
