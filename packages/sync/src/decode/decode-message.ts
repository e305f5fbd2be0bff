import type { ValueMap } from '@atoll/data-model'
import type { Issue } from '@atoll/lexicon'
import { type SubscribeReposMessage, subscribeRepos } from '@atoll/lexicons/com.atproto.sync'
import { decodeFrame, type Frame, FrameError } from '@atoll/xrpc'
import type { Rule, Violation } from '../rules.ts'
import { knownFields } from './known-fields.ts'
import { isLegacyKind, readLegacy } from './legacy-messages.ts'
import type { Message } from './messages.ts'

export type Decoded =
  | { readonly ok: true; readonly message: Message; readonly warnings: readonly Violation[] }
  | { readonly ok: false; readonly violation: Violation; readonly seq?: number }

export interface DecodeOptions {
  /** Whether a `time` that is not a datetime is only a warning. Default false. */
  readonly lenient?: boolean
}

/** Values in one message. A commit of 200 operations, the most that there may be, has 1,000. */
const maxItems = 10_000

/**
 * Reads one frame of the firehose, and checks the message against its lexicon. Nothing in it is
 * verified yet. The fields of a `#commit` that consumers ignore may have any type: the decoded
 * message then has the values that producers are to send. Of fields that the lexicon does not know
 * it keeps 64 values at most: the frame has the rest.
 */
export function decodeMessage(bytes: Uint8Array, options: DecodeOptions = {}): Decoded {
  const frame = frameOf(bytes)
  if ('rule' in frame) return { ok: false, violation: frame }
  if (frame.op === 'unknown') return decoded({ kind: 'unknown', type: undefined })
  if (frame.op === -1) {
    const { error, message } = frame
    return decoded(message === undefined ? { kind: 'error', error } : { kind: 'error', error, message })
  }
  return decodeBody(frame.type, frame.body, options)
}

function frameOf(bytes: Uint8Array): Frame | Violation {
  try {
    return decodeFrame(bytes, { maxItems })
  } catch (error) {
    if (error instanceof FrameError) return { rule: 'frame', reason: error.reason }
    throw error
  }
}

function decoded(message: Message, warnings: readonly Violation[] = []): Decoded {
  return { ok: true, message, warnings }
}

function decodeBody(type: string, body: ValueMap, options: DecodeOptions): Decoded {
  const { seq } = body
  if (typeof seq === 'number' && seq < 1) return malformed(body, { rule: 'seq', reason: `seq is ${seq}` })
  const $type = subscribeRepos.messageType(type)
  const kind = kindOf($type)
  if (isLegacyKind(kind)) {
    const message = readLegacy(kind, body)
    const isMessage = typeof message !== 'string'
    return isMessage ? decoded(message) : malformed(body, { rule: 'form', reason: `#${kind} with a wrong ${message}` })
  }
  const known = withoutNullPrevData(kind, knownFields(kind, body))
  const result = subscribeRepos.validateMessage({ ...known, $type }, { maxIssues: 8 })
  if (result.ok) return decoded(messageOf(result.value, known))
  if (kind === 'commit' && !isProduced(body)) return decodeBody(type, { ...known, ...producedCommit() }, options)
  const violations = result.issues.map(violationOf)
  const grave = violations.find(({ rule }) => rule !== 'time' || !options.lenient)
  if (grave) return malformed(body, grave)
  // Nothing is wrong but the text of `time`.
  return decoded(messageOf({ ...known, $type } as SubscribeReposMessage, known), violations)
}

/**
 * Some servers say of a first commit that there is no tree before it, instead of saying nothing.
 */
function withoutNullPrevData(kind: string, body: ValueMap): ValueMap {
  if (kind !== 'commit' || body['prevData'] !== null) return body
  const { prevData: _, ...others } = body
  return others
}

/**
 * The fields of a `#commit` that consumers ignore, as producers are to send them.
 * @see https://atproto.com/specs/sync#commit-events
 */
function producedCommit() {
  return { rebase: false, tooBig: false, blobs: [] }
}

function isProduced({ rebase, tooBig, blobs }: ValueMap): boolean {
  return rebase === false && tooBig === false && Array.isArray(blobs) && blobs.length === 0
}

function kindOf($type: string): string {
  const prefix = `${subscribeRepos.nsid}#`
  return $type.startsWith(prefix) ? $type.slice(prefix.length) : ''
}

function malformed(body: ValueMap, violation: Violation): Decoded {
  const seq = body['seq']
  return typeof seq === 'number' ? { ok: false, violation, seq } : { ok: false, violation }
}

function violationOf({ path, message, code }: Issue): Violation {
  return { rule: ruleOf(path, code), reason: `${path} ${message}` }
}

function ruleOf(path: string, code: Issue['code']): Rule {
  if (path === '/time' && code === 'format') return 'time'
  if (path === '/blocks' && code === 'length') return 'too-large'
  if (path === '/ops' && code === 'length') return 'too-many-ops'
  return 'form'
}

/** `message` is `body` with its type name. What is passed on is the body. */
function messageOf(message: SubscribeReposMessage, body: ValueMap): Message {
  switch (message.$type) {
    case 'com.atproto.sync.subscribeRepos#commit':
      return { kind: 'commit', seq: message.seq, did: message.repo, time: message.time, body: as(message, body) }
    case 'com.atproto.sync.subscribeRepos#sync':
      return { kind: 'sync', seq: message.seq, did: message.did, time: message.time, body: as(message, body) }
    case 'com.atproto.sync.subscribeRepos#identity':
      return { kind: 'identity', seq: message.seq, did: message.did, time: message.time, body: as(message, body) }
    case 'com.atproto.sync.subscribeRepos#account':
      return { kind: 'account', seq: message.seq, did: message.did, time: message.time, body: as(message, body) }
    case 'com.atproto.sync.subscribeRepos#info':
      return { kind: 'info', body: as(message, body) }
    default:
      return { kind: 'unknown', type: message.$type }
  }
}

/** `body` has the fields of `message`, which was made from it. */
function as<T>(_message: T, body: ValueMap): T {
  return body as T
}
