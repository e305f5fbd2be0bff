import type { Decision } from '../verdicts.ts'

const structure = 'https://atproto.com/specs/repository#mst-structure'
const paths = 'https://atproto.com/specs/repository#repository-paths'

function of(...comments: string[]): (comment: string) => boolean {
  return (comment) => comments.includes(comment)
}

/** Every difference between the judges of trees, by its cause. */
export const decisions: Decision[] = [
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo', '@atcute/mst'],
    covers: of('a node with an unknown field', 'an entry with an unknown field'),
    why: 'Unknown fields are dropped on reading. The tree is to be reproducible from its content alone, and such a node is not.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo'],
    covers: of('fields out of order', 'undefined for no subtree'),
    why: 'The decoder takes CBOR that is not in its one canonical form, and reads undefined as absent.',
    specification: 'https://atproto.com/specs/data-model#data-encodings',
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo'],
    covers: of(
      'a prefix length below 0',
      'a prefix length with a fraction',
      'a prefix of the first key',
      'a prefix that could be longer',
      'a prefix that could be longer by one',
      'a prefix longer than the key before',
    ),
    why: 'The prefix length is taken as it is, by which one key can be written in several ways. The compaction scheme is mandatory.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo'],
    covers: of(
      'keys in descending order',
      'one key twice',
      'one key twice, for different records',
      'a key that is the beginning of the one before',
    ),
    why: 'The order of the keys in a node is not looked at. It should be verified when a tree is read.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo', '@atcute/mst'],
    covers: of(
      'a left subtree whose key sorts after',
      'a right subtree whose key sorts before',
      'a subtree whose last key sorts after the next key',
      'one subtree in two places',
      'a key two layers down that belongs to the other side',
    ),
    why: 'A subtree is not compared with the keys beside its link, so that a walk meets keys out of order or twice.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo'],
    covers: of(
      'keys of two layers in one node',
      'a subtree two layers below, without the node between',
      'a subtree of the same layer',
      'a subtree of a higher layer',
      'a subtree below layer 0',
      'an empty node too many on the way down',
    ),
    why: 'The depth of keys is not compared with that of their node. It should be verified when a tree is read.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo', '@atcute/mst'],
    covers: of('a subtree without keys and subtrees', 'an empty node that ends at another'),
    why: 'An empty node at the bottom is read as one without keys. Only the tree without records has such a node.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo'],
    covers: of('a root that only points to a subtree', 'two such nodes above the tree'),
    why: 'Nodes without keys at the top are read. They must be pruned, or one content has many roots.',
    specification: structure,
  },
  {
    file: 'mst/forged-trees.json',
    judges: ['@atproto/repo', '@atcute/mst'],
    covers: of(
      'a key whose collection is not an NSID',
      'a key whose collection is not normalized',
      'the record key ..',
    ),
    why: 'Any two parts of the allowed characters are taken for a path. It has to be a normalized NSID and a record key.',
    specification: paths,
  },
]
