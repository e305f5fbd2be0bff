import { compact, der, raised } from '../crypto/ecdsa.ts'
import { cidOf, cidText, cidWith, encodeJson } from '../data-model/drisl.ts'
import {
  base64Url,
  content,
  didOf,
  type Entry,
  type Key,
  keys,
  Log,
  legacyContent,
  type Operation,
  signatureOf,
  signed,
} from './log.ts'

export type Fault =
  | 'shape'
  | 'limit'
  | 'signature'
  | 'genesis-hash'
  | 'misordered'
  | 'late-recovery'
  | 'cid'
  | 'nullified'
  | 'time'
  | 'did'

export interface InvalidLog {
  note: string
  did: string
  log: unknown
  fault: Fault
  /** The entry at fault; -1 for the log as a whole. */
  index: number
}

const hourMs = 60 * 60 * 1000
const bob = { alsoKnownAs: ['at://bob.test'] }

export function invalidLogs(): InvalidLog[] {
  return [...beginnings(), ...orders(), ...signatures(), ...recoveries(), ...shapes(), ...claims()]
}

const refused = (note: string, log: Log, fault: Fault, index = log.entries.length - 1): InvalidLog => ({
  note,
  did: log.did,
  log: log.entries,
  fault,
  index,
})

/** A log of two operations, the second of which is valid except for one change. */
const second = (note: string, fault: Fault, change: (unsigned: Operation, log: Log) => Operation): InvalidLog => {
  const log = new Log()
  return refused(note, log.add(change(log.unsigned(bob), log)), fault)
}

function beginnings(): InvalidLog[] {
  const genesis = signed(content, keys.weak)
  const other = didOf(signed({ ...content, ...bob }, keys.weak))
  const update = new Log().update(bob, keys.weak)
  const afterNothing = signed({ ...content, prev: cidText(cidWith(0x71, new Uint8Array(32))) }, keys.weak)
  return [
    { note: 'no entries', did: didOf(genesis), log: [], fault: 'shape', index: -1 },
    { note: 'no list', did: didOf(genesis), log: { 0: new Log().entries[0] }, fault: 'shape', index: -1 },
    refused('the genesis of another identity', new Log(genesis, other), 'genesis-hash'),
    refused('a DID with one more digit of the hash', new Log(genesis, didOf(genesis, 25)), 'genesis-hash'),
    refused('a DID with one digit fewer', new Log(genesis, didOf(genesis, 23)), 'genesis-hash'),
    refused(
      'a DID in upper case',
      new Log(
        genesis,
        didOf(genesis).replace(/.{24}$/, (hash) => hash.toUpperCase()),
      ),
      'genesis-hash',
    ),
    refused(
      'a DID of another method with the same hash',
      new Log(genesis, didOf(genesis).replace('plc', 'plb')),
      'genesis-hash',
    ),
    refused(
      'a genesis of the older form under the DID of its translation',
      new Log(signed(legacyContent, keys.strong), didOf(genesis)),
      'genesis-hash',
    ),
    { ...refused('an update with nothing before it', update, 'misordered', 0), log: update.entries.slice(1) },
    refused('a genesis that follows something', new Log(afterNothing), 'misordered', 0),
    refused(
      'a tombstone with nothing before it',
      new Log(signed({ type: 'plc_tombstone', prev: cidOf(encodeJson(genesis)) }, keys.weak), didOf(genesis)),
      'misordered',
      0,
    ),
    refused('a genesis that a stranger signed', new Log(signed(content, keys.stranger)), 'signature', 0),
    refused('a genesis that the key of the account signed', new Log(signed(content, keys.signing)), 'signature', 0),
    refused(
      'a genesis of the older form that a stranger signed',
      new Log(signed(legacyContent, keys.stranger)),
      'signature',
      0,
    ),
  ]
}

function orders(): InvalidLog[] {
  const nowhere = cidText(cidWith(0x71, new Uint8Array(32).fill(1)))
  const ofNobody = (unsigned: Operation) => signed({ ...unsigned, prev: nowhere }, keys.weak)
  const undone = () => new Log().update(bob, keys.weak).update({}, keys.strong, 0).undone(1)
  return [
    refused('the genesis again', new Log().add(new Log().entries[0]!.operation), 'misordered'),
    refused('another genesis', new Log().add(signed({ ...content, ...bob }, keys.weak)), 'misordered'),
    refused(
      'a genesis of the older form after the genesis',
      new Log().add(signed(legacyContent, keys.strong)),
      'misordered',
    ),
    second('prev names nothing in the log', 'misordered', ofNobody),
    second('prev is null', 'misordered', (unsigned) => signed({ ...unsigned, prev: null }, keys.weak)),
    second('prev is not a CID', 'misordered', (unsigned) => signed({ ...unsigned, prev: 'genesis' }, keys.weak)),
    second('prev is empty', 'misordered', (unsigned) => signed({ ...unsigned, prev: '' }, keys.weak)),
    second('prev is the DID', 'misordered', (unsigned, log) => signed({ ...unsigned, prev: log.did }, keys.weak)),
    refused('an update twice', repeated(new Log().update(bob, keys.weak)), 'signature'),
    refused('an update after a tombstone', afterTombstone(), 'misordered'),
    refused('a tombstone after a tombstone', new Log().end(keys.weak).end(keys.weak), 'misordered'),
    refused('an update after what was undone', undone().update({}, keys.strong, 1), 'misordered'),
    refused('a tombstone after what was undone', undone().end(keys.strong, 1), 'misordered'),
    refused('the operations in the wrong order', swapped(), 'misordered', 1),
  ]
}

function repeated(log: Log): Log {
  return log.add(log.entries.at(-1)!.operation)
}

function afterTombstone(): Log {
  const log = new Log().end(keys.weak)
  return log.add(signed({ ...content, prev: log.cid(1) }, keys.weak))
}

function swapped(): Log {
  const log = new Log().update(bob, keys.weak).update({}, keys.weak)
  const [, first, next] = log.entries as [Entry, Entry, Entry]
  ;[first.operation, next.operation] = [next.operation, first.operation]
  ;[first.cid, next.cid] = [next.cid, first.cid]
  return log
}

function signatures(): InvalidLog[] {
  const spelled = (note: string, spell: (sig: string) => string) =>
    second(`a signature ${note}`, 'signature', (unsigned) => {
      const operation = signed(unsigned, keys.weak)
      return { ...operation, sig: spell(String(operation['sig'])) }
    })
  const encoded = (note: string, key: Key, encode: typeof der) =>
    second(`a signature ${note}`, 'signature', (unsigned) => ({
      ...unsigned,
      sig: base64Url(encode(signatureOf(unsigned, key))),
    }))
  const altered = (note: string, changes: Operation) =>
    second(`${note} after signing`, 'signature', (unsigned) => ({ ...signed(unsigned, keys.weak), ...changes }))
  const dropped = () => new Log().update({ rotationKeys: [keys.strong.did, keys.middle.did] }, keys.weak)
  return [
    second('signed by a stranger', 'signature', (unsigned) => signed(unsigned, keys.stranger)),
    second('signed by the key of the account', 'signature', (unsigned) => signed(unsigned, keys.signing)),
    second('signed by a rotation key that only this operation brings in', 'signature', (unsigned) =>
      signed({ ...unsigned, rotationKeys: [keys.thief.did] }, keys.thief),
    ),
    refused('signed by a rotation key that was taken out', dropped().update(bob, keys.weak), 'signature'),
    refused('a tombstone that a stranger signed', new Log().end(keys.stranger), 'signature'),
    second('with the signature of the genesis', 'signature', (unsigned, log) => ({
      ...unsigned,
      sig: log.entries[0]!.operation['sig']!,
    })),
    altered('the name changed', { alsoKnownAs: ['at://mallory.test'] }),
    altered('the rotation keys changed', { rotationKeys: [keys.thief.did] }),
    altered('the server changed', { services: {} }),
    altered('the key of the account changed', { verificationMethods: { atproto: keys.thief.did } }),
    ...(['weak', 'middle'] as const).map((name) =>
      encoded(`with the high value for s (${keys[name].curve})`, keys[name], (signature) =>
        compact(raised(keys[name].curve, signature)),
      ),
    ),
    encoded('in the form of X.509', keys.weak, der),
    encoded('with a byte after it', keys.weak, (signature) => Uint8Array.of(...compact(signature), 0)),
    encoded('one byte short', keys.weak, (signature) => compact(signature).subarray(0, 63)),
    encoded('of zeros', keys.weak, () => new Uint8Array(64)),
    spelled('with padding', (sig) => `${sig}==`),
    spelled('with one sign of padding', (sig) => `${sig}=`),
    spelled('with stray bits in its last character', (sig) => sig.slice(0, -1) + strayed(sig.at(-1)!)),
    spelled(
      'in the base64 that is not for URLs',
      (sig) => `${sig.replaceAll('-', '+').replaceAll('_', '/').slice(0, -2)}+/`,
    ),
    spelled('with a line break after it', (sig) => `${sig}\n`),
    spelled('with a space in it', (sig) => `${sig.slice(0, 40)} ${sig.slice(40)}`),
    spelled('in hexadecimal', (sig) => Buffer.from(sig, 'base64url').toString('hex')),
    spelled('with a prefix of a base', (sig) => `u${sig}`),
    spelled('of which the end is missing', (sig) => sig.slice(0, -2)),
    spelled('of no characters', () => ''),
  ]
}

/** The next character, which differs only in unused bits. */
function strayed(char: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(char) + 1]!
}

function recoveries(): InvalidLog[] {
  const back = { alsoKnownAs: ['at://alice.example.com'] }
  const stolen = (key: Key = keys.weak) => new Log().update(bob, key)
  const doubled = new Log()
    .update({ rotationKeys: [keys.weak.did, keys.strong.did, keys.weak.did] }, keys.weak)
    .update(bob, keys.weak)
  const seized = new Log()
    .update({ rotationKeys: [keys.thief.did, keys.strong.did] }, keys.weak)
    .update(bob, keys.thief)
  const early = stolen()
    .wait(-2 * hourMs)
    .update(back, keys.strong, 0)
    .undone(1)
  early.entries[2]!.createdAt = early.entries[1]!.createdAt
  return [
    refused(
      '72 hours and a millisecond after what is undone',
      stolen()
        .wait(71 * hourMs + 1)
        .update(back, keys.strong, 0)
        .undone(1),
      'late-recovery',
    ),
    refused(
      'a year after',
      stolen()
        .wait(365 * 24 * hourMs)
        .update(back, keys.strong, 0)
        .undone(1),
      'late-recovery',
    ),
    refused(
      '72 hours count from the first operation that is undone',
      stolen()
        .wait(71 * hourMs)
        .update({}, keys.weak)
        .update(back, keys.strong, 0)
        .undone(1, 2),
      'late-recovery',
    ),
    refused('the key that signed undoes its own operation', stolen().update(back, keys.weak, 0).undone(1), 'signature'),
    refused(
      'the weak key undoes what the middle one signed',
      stolen(keys.middle).update(back, keys.weak, 0).undone(1),
      'signature',
    ),
    refused(
      'the middle key undoes what it signed itself',
      stolen(keys.middle).update(back, keys.middle, 0).undone(1),
      'signature',
    ),
    refused(
      'the middle key undoes what the strong one signed',
      stolen(keys.strong).update(back, keys.middle, 0).undone(1),
      'signature',
    ),
    refused(
      'the strong key undoes what it signed itself',
      stolen(keys.strong).update(back, keys.strong, 0).undone(1),
      'signature',
    ),
    refused('a stranger undoes something', stolen().update(back, keys.stranger, 0).undone(1), 'signature'),
    refused('the key of the account undoes something', stolen().update(back, keys.signing, 0).undone(1), 'signature'),
    refused(
      'a key that is there twice counts by its first place',
      doubled.update(back, keys.strong, 1).undone(2),
      'signature',
    ),
    refused(
      'the second key of a thief undoes what the first one signed',
      seized.update(back, keys.strong, 1).undone(2),
      'signature',
    ),
    refused('a recovery goes back to a tombstone', new Log().end(keys.weak).update({}, keys.strong, 1), 'misordered'),
    refused('a tombstone of the same key as recovery', stolen().end(keys.weak, 0).undone(1), 'signature'),
    refused('a recovery in the same millisecond as the operation before it', early, 'misordered'),
  ]
}

function shapes(): InvalidLog[] {
  const shaped = (note: string, changes: { [field: string]: unknown }) =>
    second(note, 'shape', (unsigned) => signed({ ...unsigned, ...changes } as Operation, keys.weak))
  const without = (field: string) =>
    second(`no ${field}`, 'shape', ({ [field]: _, ...unsigned }) => signed(unsigned, keys.weak))
  const wide = (bytes: number) => {
    const log = new Log()
    const padded = (length: number) =>
      signed(log.unsigned({ alsoKnownAs: [`at://${'a'.repeat(length)}.test`] }), keys.weak)
    const rest = encodeJson(padded(3000)).length - 3000
    return log.add(padded(bytes - rest))
  }
  const tombstone = (fields: Operation, note: string) => {
    const log = new Log()
    return refused(note, log.add(signed({ type: 'plc_tombstone', prev: log.cid(0), ...fields }, keys.weak)), 'shape')
  }
  return [
    shaped('an unknown type', { type: 'plc_update' }),
    shaped('a type that is a number', { type: 1 }),
    shaped('a type in upper case', { type: 'PLC_OPERATION' }),
    shaped('an unknown field, signed with the rest', { handle: 'alice.test' }),
    shaped('a field that means something to JavaScript', { constructor: 'a' }),
    shaped('rotation keys that are text', { rotationKeys: keys.weak.did }),
    shaped('rotation keys that are numbers', { rotationKeys: [1, 2] }),
    shaped('names that are a map', { alsoKnownAs: { 0: 'at://alice.test' } }),
    shaped('keys of the account that are a list', { verificationMethods: [keys.signing.did] }),
    shaped('services that are a list', {
      services: [{ type: 'AtprotoPersonalDataServer', endpoint: 'https://pds.test' }],
    }),
    shaped('a service that is text', { services: { atproto_pds: 'https://pds.test' } }),
    shaped('a service without an endpoint', { services: { atproto_pds: { type: 'AtprotoPersonalDataServer' } } }),
    shaped('a service with another field', {
      services: { atproto_pds: { type: 'a', endpoint: 'https://pds.test', id: 'a' } },
    }),
    shaped('prev that is a number', { prev: 1 }),
    ...['rotationKeys', 'verificationMethods', 'alsoKnownAs', 'services', 'prev', 'type'].map(without),
    second('no signature', 'shape', (unsigned) => unsigned),
    second('a signature that is null', 'shape', (unsigned) => ({ ...unsigned, sig: null })),
    second('an operation with nothing in it', 'shape', () => ({})),
    tombstone({ rotationKeys: [keys.weak.did] }, 'a tombstone with rotation keys'),
    tombstone({ prev: null }, 'a tombstone that follows nothing'),
    refused(
      'a genesis of the older form that follows something',
      new Log(signed({ ...legacyContent, prev: cidText(cidWith(0x71, new Uint8Array(32))) }, keys.strong)),
      'shape',
      0,
    ),
    refused('an operation of 7,501 bytes', wide(7501), 'limit'),
  ]
}

/** What a directory says beside the operations. */
function claims(): InvalidLog[] {
  const entry = (note: string, fault: Fault, changes: { [field: string]: unknown }) => {
    const log = new Log().update(bob, keys.weak)
    return {
      ...refused(note, log, fault),
      log: log.entries.map((one, index) => (index === 1 ? { ...one, ...changes } : one)),
    }
  }
  const recovered = () => new Log().update(bob, keys.weak).update({}, keys.strong, 0)
  const { did: other } = new Log(signed({ ...content, ...bob }, keys.weak))
  return [
    entry('the CID of another operation', 'cid', { cid: new Log().cid(0) }),
    entry('the CID of the operation without its signature', 'cid', { cid: cidOf(encodeJson(new Log().unsigned(bob))) }),
    entry('an invalid CID', 'shape', { cid: 'abc' }),
    entry('a CID that is a number', 'shape', { cid: 1 }),
    entry('an entry of another identity', 'did', { did: other }),
    entry('an entry of no DID', 'shape', { did: 'alice.test' }),
    entry('a time before that of the entry before', 'time', { createdAt: '2025-12-31T23:59:59.999Z' }),
    entry('a time that is not a datetime', 'shape', { createdAt: 'yesterday' }),
    entry('a time that is a number', 'shape', { createdAt: 1767225600000 }),
    entry('nullified that is text', 'shape', { nullified: 'false' }),
    entry('no nullified', 'shape', { nullified: undefined }),
    entry('an entry that is the operation alone', 'shape', { operation: undefined }),
    refused('the last operation is said to be undone', new Log().update(bob, keys.weak).undone(1), 'nullified', 1),
    refused('the genesis is said to be undone', new Log().update(bob, keys.weak).undone(0), 'nullified', 0),
    refused('what was undone is not said to be', recovered(), 'nullified', 1),
    refused('the recovery is said to be undone instead', recovered().undone(2), 'nullified', 1),
    refused('more is said to be undone than was', recovered().undone(0, 1), 'nullified', 0),
  ]
}
