import { settled } from '@atoll/testkit'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { follow } from '../../test/consumer.ts'
import { frameOf } from '../../test/events.ts'
import type { FirehoseNotice } from './notices.ts'

let warn: MockInstance<typeof console.warn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

const silent = { onNotice: undefined } as unknown as { onNotice: (notice: FirehoseNotice) => void }

describe('without onNotice', () => {
  it('an interruption goes to the console, with what the socket failed with', async () => {
    const { latest } = await follow(silent)
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    latest().fail(error)
    latest().drop()
    await settled()
    expect(warn.mock.calls).toEqual([
      ['firehose of relay.test: connection closed (1006, connect ECONNREFUSED); trying again in 1000 ms', error],
    ])
  })

  it('an interruption of which the socket says nothing is one line, without a stack of the runtime', async () => {
    const { latest } = await follow(silent)
    latest().fail(new TypeError())
    latest().drop()
    await settled()
    expect(warn.mock.calls).toEqual([['firehose of relay.test: connection closed (1006); trying again in 1000 ms']])
  })

  it('a refused event does, and what comes every day does not', async () => {
    const { latest } = await follow(silent)
    const late = frameOf(1)
    latest().open().send(frameOf(2), late, 'text')
    await settled()
    expect(warn.mock.calls).toEqual([['firehose of relay.test: event ? of ? refused, frame: a text message']])
  })

  it('a handler that fails does, with its error', async () => {
    const error = new Error('the disk is full')
    const onEvent = () => {
      throw error
    }
    const { latest, run } = await follow({ ...silent, onEvent, onFailure: () => 'stop' })
    latest().open().send(frameOf(1))
    await run
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(/^firehose of relay\.test: event 1 of did:\S+ failed to handle \(attempt 1, stop\)$/),
        error,
      ],
    ])
  })
})
