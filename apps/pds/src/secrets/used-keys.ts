import { StartError } from '@atoll/process'
import type { PdsStorage } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { keyIdOf } from './sealer.ts'

const setting = 'PDS_KEY_ENCRYPTION_KEY'
const usedKeys = 'encryption keys'
const marks = 'encryption'
const renewedMark = 'renewed under'

interface UsedKeysDeps {
  readonly storage: Pick<PdsStorage, 'state' | 'transact'>
  readonly service: Did
  readonly keys: readonly Uint8Array[]
  readonly now: () => number
}

/**
 * Which encryption keys secrets in the storage may be under: written before anything is encrypted
 * under a key, and removed when nothing is any longer. So a key that is missing shows at start, and
 * not when an account writes.
 */
export class UsedKeys {
  readonly #storage: UsedKeysDeps['storage']
  readonly #service: Did
  readonly #ids: readonly string[]
  readonly #now: () => number

  constructor({ storage, service, keys, now }: UsedKeysDeps) {
    this.#storage = storage
    this.#service = service
    this.#ids = keys.map(keyIdOf)
    this.#now = now
  }

  /** @throws StartError that names the setting, when a key that is in use is not given */
  async check(): Promise<void> {
    const used = await this.#storage.state.list(usedKeys)
    const missing = used.find(({ key }) => !this.#ids.includes(key))
    if (missing) throw new StartError(missingKey(missing.key, missing.value, this.#ids))
    const [newest] = this.#ids
    if (newest === undefined || used.some(({ key }) => key === newest)) return
    const since = formatDatetime(new Date(this.#now()))
    await this.#storage.transact(this.#service, (tx) => tx.state.set(usedKeys, newest, since))
  }

  /** Whether everything is under the newest key; without a key, nothing is to be done either. */
  async areRenewed(): Promise<boolean> {
    const [newest] = this.#ids
    if (newest === undefined) return true
    const used = await this.#storage.state.list(usedKeys)
    return used.length === 1 && (await this.#storage.state.get(marks, renewedMark)) === newest
  }

  /** Notes that everything is under the newest key: older ones are no longer asked for. */
  async noteRenewed(): Promise<void> {
    const [newest] = this.#ids
    if (newest === undefined) return
    const used = await this.#storage.state.list(usedKeys)
    await this.#storage.transact(this.#service, (tx) => {
      for (const { key } of used) if (key !== newest) tx.state.delete(usedKeys, key)
      tx.state.set(marks, renewedMark, newest)
    })
  }
}

function missingKey(id: string, since: string, given: readonly string[]): string {
  const problem = given.length === 0 ? 'is not set' : `does not have that key, but ${given.join(' and ')}`
  return `Secrets in the database are encrypted under the key ${id}, in use since ${since.slice(0, 10)}, and ${setting} ${problem}: set it to that key, or write that key after a newer one and a comma.`
}
