import { type ColumnDataType, type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { DialectName } from '../../dialect.ts'
import type { Schema } from '../../schema.ts'
import type { Migration } from '../migration.ts'

type Columns = Record<string, Column>
/** A `key` is numbered by the database and never given twice; a number that an `id` had may come again. */
type Column = 'key' | 'id' | 'text' | 'text?' | 'integer' | 'bytes'
type Indexes = Record<string, readonly string[]>

/** Everything that a PDS keeps. Uniqueness is in indexes, not in table constraints, so that a later migration can change it. */
export const first: Migration = {
  version: 1,
  name: 'first',
  statements: (db, dialect) => tables.flatMap((table) => createTable(db, dialect, table)),
}

interface Table {
  name: string
  columns: Columns
  primaryKey?: readonly string[]
  /** Rows small enough to live in the index of the primary key. */
  clustered?: boolean
  unique?: Indexes
  indexes?: Indexes
  /** Indexes over those rows only in which the column is 0. */
  whereZero?: Record<string, string>
}

const tables: readonly Table[] = [
  {
    name: 'repo',
    columns: { key: 'key', did: 'text', cid: 'bytes', rev: 'text', data: 'bytes' },
    unique: { repo_did: ['did'] },
  },
  {
    // A row a block, in order of arrival: measured, this costs little more than half of clustering by CID (docs/decisions/0003).
    name: 'block',
    columns: { id: 'id', repo: 'integer', cid: 'bytes', refs: 'integer', rev: 'text', bytes: 'bytes' },
    unique: { block_cid: ['repo', 'cid'] },
    indexes: { block_rev: ['repo', 'rev'] },
  },
  {
    name: 'record',
    columns: { repo: 'integer', collection: 'text', rkey: 'text', cid: 'bytes', rev: 'text' },
    primaryKey: ['repo', 'collection', 'rkey'],
    clustered: true,
  },
  {
    name: 'repo_collection',
    columns: { repo: 'integer', collection: 'text' },
    primaryKey: ['repo', 'collection'],
    clustered: true,
    indexes: { repo_collection_collection: ['collection', 'repo'] },
  },
  {
    name: 'blob',
    columns: {
      did: 'text',
      cid: 'bytes',
      mime_type: 'text',
      size: 'integer',
      created_at: 'text',
      temporary: 'integer',
      refs: 'integer',
    },
    primaryKey: ['did', 'cid'],
    clustered: true,
    indexes: { blob_unreferenced: ['did', 'cid'] },
    whereZero: { blob_unreferenced: 'refs' },
  },
  {
    name: 'blob_takedown',
    columns: { did: 'text', cid: 'bytes', reference: 'text' },
    primaryKey: ['did', 'cid'],
    clustered: true,
  },
  {
    name: 'blob_reference',
    columns: { repo: 'integer', collection: 'text', rkey: 'text', cid: 'bytes', rev: 'text' },
    primaryKey: ['repo', 'collection', 'rkey', 'cid'],
    clustered: true,
    indexes: { blob_reference_cid: ['repo', 'cid', 'rev'] },
  },
  {
    name: 'account',
    columns: {
      key: 'key',
      did: 'text',
      handle: 'text?',
      email: 'text?',
      email_confirmed_at: 'text?',
      password_hash: 'text?',
      created_at: 'text',
      deactivated_at: 'text?',
      delete_after: 'text?',
      takedown: 'text?',
      invites_disabled: 'integer',
      invite_note: 'text?',
    },
    unique: { account_did: ['did'], account_handle: ['handle'], account_email: ['email'] },
  },
  { name: 'account_preferences', columns: { did: 'text', preferences: 'text' }, primaryKey: ['did'] },
  {
    name: 'refresh_token',
    columns: {
      id: 'text',
      did: 'text',
      lineage: 'text',
      expires_at: 'text',
      next_id: 'text?',
      app_password: 'text?',
    },
    primaryKey: ['id'],
    clustered: true,
    indexes: {
      refresh_token_did: ['did'],
      refresh_token_lineage: ['lineage'],
      refresh_token_expires_at: ['expires_at'],
    },
  },
  {
    name: 'app_password',
    columns: {
      key: 'key',
      did: 'text',
      name: 'text',
      password_hash: 'text',
      privileged: 'integer',
      created_at: 'text',
    },
    unique: { app_password_name: ['did', 'name'] },
  },
  {
    name: 'invite_code',
    columns: {
      code: 'text',
      available_uses: 'integer',
      used: 'integer',
      disabled: 'integer',
      for_account: 'text',
      created_by: 'text',
      created_at: 'text',
    },
    primaryKey: ['code'],
    indexes: {
      invite_code_for_account: ['for_account'],
      invite_code_recent: ['created_at', 'code'],
      invite_code_usage: ['used', 'created_at', 'code'],
    },
  },
  {
    name: 'invite_use',
    columns: { key: 'key', code: 'text', used_by: 'text', used_at: 'text' },
    indexes: { invite_use_code: ['code'], invite_use_used_by: ['used_by'] },
  },
  {
    name: 'email_token',
    columns: { purpose: 'text', did: 'text', code: 'text', expires_at: 'text' },
    primaryKey: ['purpose', 'did'],
    indexes: { email_token_code: ['purpose', 'code'] },
  },
  {
    name: 'signing_key',
    columns: { did: 'text', curve: 'text', private_key: 'bytes' },
    primaryKey: ['did'],
  },
  {
    name: 'reserved_key',
    columns: { did_key: 'text', did: 'text?', curve: 'text', private_key: 'bytes', created_at: 'text' },
    primaryKey: ['did_key'],
    unique: { reserved_key_did: ['did'] },
  },
  {
    name: 'state',
    columns: { namespace: 'text', key: 'text', value: 'text' },
    primaryKey: ['namespace', 'key'],
    clustered: true,
  },
  {
    name: 'event',
    columns: { seq: 'integer', did: 'text', kind: 'text', time: 'text', frame: 'bytes' },
    primaryKey: ['seq'],
    indexes: { event_did: ['did'] },
  },
  { name: 'event_log', columns: { id: 'integer', last: 'integer', horizon: 'integer' }, primaryKey: ['id'] },
]

function createTable(db: Kysely<Schema>, dialect: DialectName, table: Table) {
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
