import type { Intent, RelayTransaction } from '@atoll/storage'
import { formatDatetime } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { eventRoutines, type Numbering } from './events/sql-events.ts'
import { type RoutinesOf, writeIntents } from './intents.ts'
import { type Routine, runRoutine } from './routine.ts'
import { stateRoutines } from './state/sql-state.ts'

const did = 'did:web:a.test'
const time = formatDatetime(new Date())
const numbering: Numbering = { start: 7, numbered: [], next: () => 7 }

describe('the writers of a transaction', () => {
  it('can be those of any service, and write what was recorded, in order', () => {
    const frame = { bytes: new Uint8Array([0]), seqOffset: 0 }
    const intents: Intent<RelayTransaction>[] = [
      ['state', 'set', ['cursors', 'host', '1']],
      ['events', 'append', [{ did, kind: 'commit', time, frame }]],
    ]
    const written: unknown[] = []
    const routine = writeIntents(intents, { events: eventRoutines(numbering), state: stateRoutines })
    runRoutine(routine, ({ values }) => void written.push(values))
    expect(written).toMatchObject([
      { key: 'host', value: '1' },
      { seq: 7, did },
    ])
  })

  it('do not compile when one of their methods is missing or takes something else', () => {
    interface Lamps {
      on(lamp: string): void
      off(lamp: string): void
    }
    function* nothing(): Routine<void> {}
    const whole: RoutinesOf<Lamps> = { on: nothing, off: nothing }
    // @ts-expect-error: `off` is missing
    const forgotten: RoutinesOf<Lamps> = { on: nothing }
    // @ts-expect-error: lamps have names
    const numbered: RoutinesOf<Lamps> = { on: nothing, off: (_lamp: number) => nothing() }
    // @ts-expect-error: a relay has events as well
    const half = () => writeIntents<RelayTransaction>([], { state: stateRoutines })
    expect([whole, forgotten, numbered, half]).toHaveLength(4)
  })
})
