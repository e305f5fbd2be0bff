import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/** The document of a DID that this server publishes itself: its host name is one of its own. */
export interface HostedDocument {
  did: Did
  /**
   * What the document says. Opaque to the storage. Undefined when the identity has ended: then the
   * DID is kept, so that nobody else can have it.
   */
  content: string | undefined
  createdAt: Datetime
  updatedAt: Datetime
}

/** Committed documents. */
export interface DidDocumentStore {
  get(did: Did): Promise<HostedDocument | undefined>
}

/**
 * How a transaction changes documents. They outlive their accounts: `AccountWrites.delete` leaves
 * them alone.
 */
export interface DidDocumentWrites {
  /** `ConflictError('did')` if the DID has a document, or ever had one. */
  create(did: Did, content: string, at: Datetime): void
  /** `ConflictError('did')` if the DID has no document, or has ended. */
  update(did: Did, content: string, at: Datetime): void
  /** Erases the content for good. It is not an error if there is none. */
  end(did: Did, at: Datetime): void
}

/** Documents of DIDs, as a part of a storage. */
export interface DidDocumentPart {
  readonly stores: { readonly didDocuments: DidDocumentStore }
  readonly writes: { readonly didDocuments: DidDocumentWrites }
}

export const didDocumentMethods: MethodNames<DidDocumentPart['writes']> = {
  didDocuments: { create: true, update: true, end: true },
}
