import { isValueMap, type Value, type ValueMap } from '@atoll/data-model'
import { subscribeReposDocument } from '@atoll/lexicons/com.atproto.sync'

/**
 * How many values one message may hold in fields that came after this lexicon, those in lists and
 * maps included.
 */
const maxLaterValues = 64

/**
 * A message, and its operations, with the fields of its lexicon and as many others as a later
 * version of the lexicon might bring. What is left out is of no use to anyone, and may take many
 * times its length in memory. A message that keeps all is returned as it is.
 */
export function knownFields(kind: string, body: ValueMap): ValueMap {
  const room = { values: maxLaterValues }
  const known = fieldsOf(kind, body, room)
  const ops = known['ops']
  if (kind !== 'commit' || !Array.isArray(ops)) return known
  const knownOps = ops.map((op) => (isValueMap(op) ? fieldsOf('repoOp', op, room) : op))
  return knownOps.every((op, index) => op === ops[index]) ? known : { ...known, ops: knownOps }
}

function fieldsOf(definition: string, value: ValueMap, room: { values: number }): ValueMap {
  const schema = subscribeReposDocument.definition(definition)?.definition
  if (schema?.type !== 'object') return value
  const { properties = {} } = schema
  const isKept = (field: string) => Object.hasOwn(properties, field) || hasRoom(room, value[field]!)
  const fields = Object.keys(value)
  const kept = fields.filter(isKept)
  return kept.length === fields.length ? value : Object.fromEntries(kept.map((field) => [field, value[field]!]))
}

function hasRoom(room: { values: number }, value: Value): boolean {
  const count = countUpTo(room.values + 1, value)
  if (count > room.values) return false
  room.values -= count
  return true
}

/** How many values one holds, itself included; counted no further than `most`. */
function countUpTo(most: number, value: Value): number {
  let count = 1
  if (Array.isArray(value) || isValueMap(value)) {
    for (const inner of Object.values(value)) {
      if (count >= most) break
      count += countUpTo(most - count, inner)
    }
  }
  return count
}
