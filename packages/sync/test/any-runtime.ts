// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { generateKeyPair } from '@atoll/crypto'
import { blockOf } from '@atoll/data-model'
import { createRepo } from '@atoll/repo'
import { commitEvent, decodeMessage, operationsOf, verifyCommitEvent } from '@atoll/sync'
import { formatDatetime, parseDid, parseNsid, parseRecordKey, TidClock } from '@atoll/syntax'

export async function scenario() {
  const key = generateKeyPair('k256')
  const record = { action: 'create', collection: parseNsid('com.example.note'), rkey: parseRecordKey('first') } as const
  const commit = createRepo({
    did: parseDid('did:web:alice.example'),
    writes: [{ ...record, ...blockOf({ $type: 'com.example.note', text: 'hello' }) }],
    sign: key,
    rev: new TidClock().next(),
  })
  const { frame } = commitEvent(commit, formatDatetime(new Date()))
  const decoded = decodeMessage(frame.bytes.with(frame.seqOffset, 1))
  if (!decoded.ok || decoded.message.kind !== 'commit') return 'no commit'
  const { message } = decoded
  const outcomeFor = async (signer: typeof key) =>
    (await verifyCommitEvent(message, {}, { signingKeyOf: () => signer.didKey() })).outcome
  const [operation] = operationsOf(message)
  const text = operation?.action === 'create' ? operation.value?.['text'] : undefined
  return [text, message.seq, await outcomeFor(key), await outcomeFor(generateKeyPair('k256'))]
}

export const expected = ['hello', 1, 'accept', 'reject']
