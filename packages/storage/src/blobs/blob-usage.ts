import type { Did } from '@atoll/syntax'
import type { Page } from '../core/page.ts'

/** How much an account has uploaded and not lost again, temporary uploads included. */
export interface BlobUsage {
  blobs: number
  bytes: number
}

/** The usage of one account, which may no longer be there. */
export interface AccountBlobUsage extends BlobUsage {
  did: Did
}

/** How much accounts store in blobs, counted with each upload and deletion. */
export interface BlobUsageStore {
  /** Zero for an account without blobs. */
  of(did: Did): Promise<BlobUsage>
  /** The most bytes that the account may store, where it has a quota of its own. */
  quota(did: Did): Promise<number | undefined>
  /** Accounts with blobs, those with most bytes first. */
  list(options: { limit: number; cursor?: string }): Promise<Page<AccountBlobUsage>>
  /** Of all accounts together. */
  total(): Promise<BlobUsage & { accounts: number }>
}

/** Where a listing goes on. */
export interface UsageCursor {
  bytes: number
  did: string
}

export function usageCursor({ bytes, did }: AccountBlobUsage): string {
  return `${bytes}:${did}`
}

/** Undefined for what is no cursor of a listing of usages. */
export function readUsageCursor(cursor: string): UsageCursor | undefined {
  const [, bytes, did] = /^(\d{1,15}):(did:.+)$/.exec(cursor) ?? []
  return bytes === undefined || did === undefined ? undefined : { bytes: Number(bytes), did }
}
