import { content, keyNamed, keys, Log, legacyContent, type Operation, signed } from './log.ts'

export interface ValidLog {
  note: string
  log: Log
  /** What the identity is in the end; null when it has ended. */
  data: Operation | null
}

const hourMs = 60 * 60 * 1000

export function validLogs(): ValidLog[] {
  return [...chains(), ...recoveries()]
}

const living = (note: string, log: Log, changes: Operation = {}): ValidLog => {
  const { type: _, prev: __, ...rest } = { ...content, ...changes }
  return { note, log, data: { did: log.did, ...rest } }
}
const ended = (note: string, log: Log): ValidLog => ({ note, log, data: null })

function chains(): ValidLog[] {
  const names = ['at://alice.test', 'at://alice.example.com', 'https://example.com/alice']
  const services = {
    atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://pds.test' },
    atproto_labeler: { type: 'AtprotoLabeler', endpoint: 'https://labeler.test' },
  }
  const moved = { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://other.test' } }
  const methods = { atproto: keys.signing.did, atproto_label: keyNamed('label', 'k256').did }
  const fresh = [keyNamed('fresh 1', 'p256'), keyNamed('fresh 2', 'k256')]
  const rotated = { rotationKeys: fresh.map(({ did }) => did) }
  const nothing = { alsoKnownAs: [], services: {}, verificationMethods: {} }
  const long = Array.from({ length: 40 }).reduce<Log>(
    (log, _, index) => log.update({ alsoKnownAs: [`at://alice${index}.test`] }, index % 2 ? keys.weak : keys.middle),
    new Log(),
  )
  const shuffled = new Log()
  shuffled.entries[0]!.operation = Object.fromEntries(Object.entries(shuffled.entries[0]!.operation).reverse())
  const sameTime = new Log().wait(-hourMs).update({ alsoKnownAs: ['at://bob.test'] }, keys.weak)
  return [
    ...(['strong', 'middle', 'weak'] as const).map((name) =>
      living(`a genesis, signed by the ${name} key (${keys[name].curve})`, new Log(signed(content, keys[name]))),
    ),
    living('another name', new Log().update({ alsoKnownAs: ['at://bob.test'] }, keys.weak), {
      alsoKnownAs: ['at://bob.test'],
    }),
    living('another server', new Log().update({ services: moved }, keys.middle), { services: moved }),
    living(
      'another key of the account',
      new Log().update({ verificationMethods: { atproto: keys.thief.did } }, keys.strong),
      { verificationMethods: { atproto: keys.thief.did } },
    ),
    living(
      'several names, services and keys',
      new Log().update({ alsoKnownAs: names, services, verificationMethods: methods }, keys.weak),
      { alsoKnownAs: names, services, verificationMethods: methods },
    ),
    living('no names, services and keys', new Log().update(nothing, keys.weak), nothing),
    living('an update that changes nothing', new Log().update({}, keys.weak).update({}, keys.weak)),
    living(
      'new rotation keys, of which one signs the next operation',
      new Log().update(rotated, keys.weak).update({ alsoKnownAs: names }, fresh[1]!),
      { ...rotated, alsoKnownAs: names },
    ),
    living(
      'a single rotation key',
      new Log().update({ rotationKeys: [keys.strong.did] }, keys.weak).update({}, keys.strong),
      { rotationKeys: [keys.strong.did] },
    ),
    living('five rotation keys, of which the last signs', fiveKeys(), { rotationKeys: fiveKeyNames() }),
    living(
      'the same rotation keys in another order',
      new Log().update({ rotationKeys: [...content.rotationKeys].reverse() }, keys.weak),
      { rotationKeys: [...content.rotationKeys].reverse() },
    ),
    living('41 operations', long, { alsoKnownAs: ['at://alice39.test'] }),
    living('fields in another order: their order means nothing', shuffled),
    living('two operations in one millisecond', sameTime, { alsoKnownAs: ['at://bob.test'] }),
    ...(['strong', 'signing'] as const).map((name) =>
      living(
        `a genesis of the older form, signed by its ${name === 'strong' ? 'recovery' : 'signing'} key`,
        new Log(signed(legacyContent, keys[name])),
        { rotationKeys: [keys.strong.did, keys.signing.did] },
      ),
    ),
    living(
      'an update after a genesis of the older form',
      new Log(signed(legacyContent, keys.strong)).update({ alsoKnownAs: names }, keys.signing),
      { alsoKnownAs: names },
    ),
    ended('a tombstone', new Log().end(keys.weak)),
    ended('a tombstone after an update', new Log().update({}, keys.middle).end(keys.strong)),
    ended(
      'a tombstone after a genesis of the older form',
      new Log(signed(legacyContent, keys.signing)).end(keys.signing),
    ),
  ]
}

const extraKeys = [keyNamed('fourth', 'p256'), keyNamed('fifth', 'k256')]

function fiveKeyNames(): string[] {
  return [...content.rotationKeys, ...extraKeys.map(({ did }) => did)]
}

function fiveKeys(): Log {
  return new Log().update({ rotationKeys: fiveKeyNames() }, keys.weak).update({}, extraKeys[1]!)
}

function recoveries(): ValidLog[] {
  const taken = { alsoKnownAs: ['at://thief.test'] }
  const back = { alsoKnownAs: ['at://alice.example.com'] }
  const seized = { rotationKeys: [keys.thief.did] }
  const stolen = () => new Log().update(taken, keys.weak)
  const twice = stolen().update({ ...taken, services: {} }, keys.weak)
  return [
    living('the strong key undoes what the weak one signed', stolen().update(back, keys.strong, 0).undone(1), back),
    living('the middle key undoes what the weak one signed', stolen().update(back, keys.middle, 0).undone(1), back),
    living(
      'the strong key undoes what the middle one signed',
      new Log().update(taken, keys.middle).update(back, keys.strong, 0).undone(1),
      back,
    ),
    living('two operations are undone at once', twice.update(back, keys.strong, 0).undone(1, 2), back),
    living(
      'the later one of two operations is undone',
      stolen().update({ services: {} }, keys.weak).update(back, keys.strong, 1).undone(2),
      back,
    ),
    living(
      'exactly 72 hours after what is undone',
      stolen()
        .wait(71 * hourMs)
        .update(back, keys.strong, 0)
        .undone(1),
      back,
    ),
    living(
      'a millisecond before that',
      stolen()
        .wait(71 * hourMs - 1)
        .update(back, keys.strong, 0)
        .undone(1),
      back,
    ),
    living(
      'the rotation keys at the fork count, not those that the thief put in',
      new Log().update(seized, keys.weak).update(back, keys.strong, 0).undone(1),
      back,
    ),
    living(
      'what the thief signed with keys of his own is undone as well',
      new Log().update(seized, keys.weak).update(taken, keys.thief).update(back, keys.middle, 0).undone(1, 2),
      back,
    ),
    living('a tombstone is undone', new Log().end(keys.weak).update(back, keys.middle, 0).undone(1), back),
    ended('the recovery is a tombstone', stolen().end(keys.strong, 0).undone(1)),
    living(
      'a recovery is undone by a stronger key',
      stolen().update({ services: {} }, keys.middle, 0).undone(1).update(back, keys.strong, 0).undone(2),
      back,
    ),
    living(
      'life goes on after a recovery',
      stolen().update(back, keys.strong, 0).undone(1).update({ services: {} }, keys.weak),
      { ...back, services: {} },
    ),
    living(
      'two recoveries, one after the other',
      stolen().update(back, keys.strong, 0).undone(1).update(taken, keys.weak).update(back, keys.middle, 2).undone(3),
      back,
    ),
    living(
      'recovery of a genesis of the older form: its recovery key over its signing key',
      new Log(signed(legacyContent, keys.strong))
        .update(taken, keys.signing)
        .update({ ...back, rotationKeys: [keys.strong.did, keys.signing.did] }, keys.strong, 0)
        .undone(1),
      { ...back, rotationKeys: [keys.strong.did, keys.signing.did] },
    ),
  ]
}
