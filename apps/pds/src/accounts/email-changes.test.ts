import { MemoryPdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Did, parseDatetime } from '@atoll/syntax'
import { expect, it } from 'vitest'
import { Accounts } from './accounts.ts'
import { changeAddress, EmailChanges } from './email-changes.ts'

const did: Did = 'did:plc:alicealicealicealicealic'
const at = parseDatetime('2026-01-01T00:00:00.000Z')
const email = 'alice@example.com'
const overtaken = {
  error: 'InvalidRequest',
  message: 'The email address was changed or confirmed meanwhile: try again',
}

/** Changes of an account before each of whose transactions this happens. */
async function changesOvertakenBy(meanwhile: (tx: PdsTransaction) => void, emailConfirmedAt: typeof at | undefined) {
  const storage = new MemoryPdsStorage()
  await storage.transact(did, (tx) => tx.accounts.create({ did, email, emailConfirmedAt, createdAt: at }))
  const late: typeof storage = Object.create(storage, {
    transact: {
      async value(...transaction: Parameters<typeof storage.transact>) {
        await storage.transact(did, meanwhile)
        return storage.transact(...transaction)
      },
    },
  })
  const noCode = () => Promise.reject(new Error('no code is asked for'))
  const codes = { send: noCode, require: noCode, use: () => {} }
  const accounts = new Accounts({ storage, passwords: {} as never })
  return { storage, changes: new EmailChanges({ storage: late, accounts, codes }) }
}

it('codes by mail are not switched on for an address that nobody has confirmed yet', async () => {
  const { storage, changes } = await changesOvertakenBy((tx) => changeAddress(tx, did, 'other@example.com'), at)
  await expect(changes.update(did, { email, code: undefined, emailAuthFactor: true })).rejects.toMatchObject(overtaken)
  expect(await storage.secondFactors.takesEmailCode(did)).toBe(false)
})

it('an address that is confirmed at this moment is not changed without a code', async () => {
  const confirm = (tx: PdsTransaction) => tx.accounts.update(did, { emailConfirmedAt: at })
  const { storage, changes } = await changesOvertakenBy(confirm, undefined)
  await expect(changes.update(did, { email: 'other@example.com', code: undefined })).rejects.toMatchObject(overtaken)
  expect(await storage.accounts.get(did)).toMatchObject({ email, emailConfirmedAt: at })
})
