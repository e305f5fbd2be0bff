// Events of accounts that need no repository.
import type { Did } from '@atoll/syntax'
import { accountEvent, type CursorStore, type FirehoseEvent } from '../src/index.ts'
import { testDatetime } from './account.ts'
import { numbered } from './frames.ts'

export function didOf(name: string | number): Did {
  return `did:web:account-${name}.test`
}

/** An `#account` frame. */
export function frameOf(seq: number, name: string | number = 'a'): Uint8Array {
  return numbered(accountEvent(didOf(name), undefined, testDatetime), seq)
}

export function seqOf(event: FirehoseEvent): number {
  return event.message.seq
}

/** A store in memory that remembers every save. */
export class MemoryCursorStore implements CursorStore {
  readonly saves: number[] = []

  value: number | undefined

  constructor(value?: number) {
    this.value = value
  }

  load(): number | undefined {
    return this.value
  }

  save(cursor: number): void {
    this.saves.push(cursor)
    this.value = cursor
  }
}

/** A promise and the means to settle it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
