import type { AccountTables } from './accounts/tables.ts'
import type { BlobTables } from './blobs/tables.ts'
import type { ClaimTables } from './claims/tables.ts'
import type { DidDocumentTables } from './did-documents/tables.ts'
import type { EmailTokenTables } from './email-tokens/tables.ts'
import type { EventTables } from './events/tables.ts'
import type { ImportTables } from './imports/tables.ts'
import type { InviteTables } from './invites/tables.ts'
import type { KeyTables } from './keys/tables.ts'
import type { MigrationTables } from './migrations/version-table.ts'
import type { OutboxTables } from './outbox/tables.ts'
import type { RecordTables } from './records/tables.ts'
import type { RepoTables } from './repos/tables.ts'
import type { SecondFactorTables } from './second-factors/tables.ts'
import type { SessionTables } from './sessions/tables.ts'
import type { StateTables } from './state/tables.ts'

/** The tables of the `core` part, which every service's database has. */
interface CoreTables extends MigrationTables, EventTables, StateTables {}

/** The tables of the `pds` part. */
interface PdsTables
  extends RepoTables,
    RecordTables,
    BlobTables,
    AccountTables,
    SessionTables,
    InviteTables,
    EmailTokenTables,
    KeyTables,
    OutboxTables,
    SecondFactorTables,
    ImportTables,
    ClaimTables,
    DidDocumentTables {}

/**
 * The tables of all parts, as the newest migrations leave them. Statements are checked against it;
 * a service's database has the parts that its migrations create.
 */
export interface Schema extends CoreTables, PdsTables {}
