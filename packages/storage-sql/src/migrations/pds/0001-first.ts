import type { Migration } from '../migration.ts'
import { createTable, type Table } from '../table.ts'

/**
 * The tables of a PDS. Uniqueness is in indexes rather than table constraints, so that a later
 * migration can change it.
 */
export const first: Migration = {
  part: 'pds',
  version: 1,
  name: 'first',
  statements: (db, dialect) => tables.flatMap((table) => createTable(db, dialect, table)),
}

const tables: readonly Table[] = [
  {
    name: 'repo',
    columns: { key: 'key', did: 'text', cid: 'bytes', rev: 'text', data: 'bytes' },
    unique: { repo_did: ['did'] },
  },
  {
    // One row per block, in order of arrival. Measured, this costs little more than half as much as
    // clustering by CID (docs/decisions/0003).
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
]
