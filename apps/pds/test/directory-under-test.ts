import { type AnyOperation, contentOf } from '@atoll/identity/plc'
import { createPlcDirectory } from '@atoll/plc-directory'
import type { Did } from '@atoll/syntax'
import type { Adapters } from '../src/adapters.ts'

/**
 * How the directory behaves: it `refuses` every operation, is `down`, or is `deaf`: it accepts one
 * operation, and from then on none of its responses arrive.
 */
export type Trouble = 'refuses' | 'down' | 'deaf'

/** A did:plc directory in memory that can be made to fail. */
export class DirectoryUnderTest {
  readonly #directory = createPlcDirectory()
  #trouble: Trouble | undefined
  #isDeaf = false
  /** How many operations were handed in. */
  submissions = 0

  set trouble(trouble: Trouble | undefined) {
    this.#trouble = trouble
    this.#isDeaf = false
  }

  readonly fetch: Adapters['plcFetch'] = async (url, init) => {
    const request = new Request(url, init)
    const isSubmission = request.method === 'POST'
    if (isSubmission) this.submissions++
    if (this.#trouble === 'down' || this.#isDeaf) throw new Error('no answer')
    if (this.#trouble === 'refuses' && isSubmission) return Response.json({ message: 'Not today' }, { status: 400 })
    const response = await this.#directory.fetch(request)
    if (this.#trouble !== 'deaf' || !isSubmission) return response
    this.#isDeaf = true
    throw new Error('no answer')
  }

  /** The handle that each living DID names, as `null` where it names none. */
  async handles(): Promise<Map<Did, string | null>> {
    const response = await this.#directory.fetch(new Request('http://plc.test/export?count=1000'))
    const handles = new Map<Did, string | null>()
    for (const line of (await response.text()).split('\n').filter(Boolean)) {
      const { did, operation }: { did: Did; operation: AnyOperation } = JSON.parse(line)
      if (operation.type === 'plc_tombstone') handles.delete(did)
      else handles.set(did, contentOf(operation).alsoKnownAs[0]?.replace('at://', '') ?? null)
    }
    return handles
  }
}
