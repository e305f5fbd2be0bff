import { didVectors } from './did.ts'
import { handleVectors } from './handle.ts'
import type { FormatVectors, Group } from './vectors.ts'

/**
 * A DID or a handle; a text that is one of them is never an invalid form of the other:
 * https://atproto.com/specs/lexicon#at-identifier
 */
export function atIdentifierVectors(): FormatVectors {
  const [did, handle] = [didVectors(), handleVectors()]
  return {
    valid: [...some('a DID: ', did.valid), ...some('a handle: ', handle.valid)],
    invalid: [
      {
        note: 'no kind of identifier',
        texts: ['me', 'self', '*', '@', 'mailto:alice@example.com', '12345', 'did.example.', 'tel:+123'],
      },
      ...some('no DID: ', did.invalid).slice(0, 11),
      ...some('no handle: ', handle.invalid),
    ],
  }
}

/** The first ones of each group: the files of the two formats have the rest. */
function some(note: string, groups: Group[]): Group[] {
  return groups.map((group) => ({ note: note + group.note, texts: group.texts.slice(0, 3) }))
}
