import { describe, expect, it } from 'vitest'
import { change, first, type Routine, runRoutine, type Step } from './routine.ts'
import { type Parameters, statement } from './statement.ts'

const count = statement((db, $: Parameters<{ namespace: string }>) =>
  db.selectFrom('state').select('value').where('namespace', '=', $('namespace')),
)

describe('a routine', () => {
  it('gets the result of each execution before it asks for the next', () => {
    const asked: Step[] = []
    const answers = [{ value: 'one' }, 7]
    const answer = runRoutine(both(), (step) => {
      asked.push(step)
      return answers.shift()
    })
    expect(answer).toBe('one 7')
    expect(asked.map(({ wants, values }) => [wants, values])).toEqual([
      ['first', { namespace: 'a' }],
      ['changes', { namespace: 'b' }],
    ])
  })

  it('gets errors of the driver thrown where it asked, and may continue', () => {
    const careful = function* (): Routine<string> {
      try {
        yield* change(count, { namespace: 'a' })
      } catch (error) {
        return `caught ${error instanceof Error ? error.message : ''}`
      }
      return 'nothing to catch'
    }
    const failing = () => {
      throw new Error('no disk')
    }
    expect(runRoutine(careful(), failing)).toBe('caught no disk')
    expect(() => runRoutine(both(), failing)).toThrow('no disk')
  })
})

function* both(): Routine<string> {
  const row = yield* first(count, { namespace: 'a' })
  const changed = yield* change(count, { namespace: 'b' })
  return `${row?.value} ${changed}`
}
