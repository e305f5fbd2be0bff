import { expect } from 'vitest'
import type { AccountPart } from '../accounts/account-store.ts'
import { alice, bob, time } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { OutboxMessage, OutboxPart } from './outbox-store.ts'

/** The rules of `OutboxStore` and `OutboxWrites`. */
export function outboxStoreSuite(
  name: string,
  open: OpenStorage<AccountPart & OutboxPart>,
  except: Exceptions = {},
): void {
  describeRules(`${name}: outbox`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('lists the messages of a channel that are due, the longest first', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.outbox.add(message('later', { dueAt: time(3) }), limits)
        tx.outbox.add(message('second', { dueAt: time(2) }), limits)
        tx.outbox.add(message('first', { dueAt: time(1), did: undefined }), limits)
        tx.outbox.add(message('other', { dueAt: time(1), channel: 'other' }), limits)
      })
      const due = (limit: number) => storage.outbox.due({ at: time(2), channel: 'main', limit })
      expect(await due(9)).toEqual([
        message('first', { dueAt: time(1), did: undefined }),
        message('second', { dueAt: time(2) }),
      ])
      expect((await due(1)).map(({ id }) => id)).toEqual(['first'])
      expect(await storage.outbox.count()).toBe(4)
    })

    rule('lists messages of every channel that have expired, the longest first', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.outbox.add(message('two', { expiresAt: time(2) }), limits)
        tx.outbox.add(message('one', { expiresAt: time(1), channel: 'other' }), limits)
        tx.outbox.add(message('three', { expiresAt: time(3) }), limits)
      })
      const expired = (limit: number) => storage.outbox.expired({ at: time(2), limit })
      expect((await expired(9)).map(({ id }) => id)).toEqual(['one', 'two'])
      expect((await expired(1)).map(({ id }) => id)).toEqual(['one'])
    })

    rule('puts a message in the place of an earlier one to the account about the same topic', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.outbox.add(message('old', { topic: 'confirm' }), limits))
      await storage.transact(alice, (tx) => {
        tx.outbox.add(message('new', { topic: 'confirm' }), limits)
        tx.outbox.add(message('reset', { topic: 'reset' }), limits)
        tx.outbox.add(message('bob', { topic: 'confirm', did: bob }), limits)
        tx.outbox.add(message('nobody', { topic: 'confirm', did: undefined }), limits)
        tx.outbox.add(message('free', {}), limits)
        tx.outbox.add(message('also free', {}), limits)
      })
      const ids = (await storage.outbox.due({ at: time(9), channel: 'main', limit: 9 })).map(({ id }) => id)
      expect(ids.sort()).toEqual(['also free', 'bob', 'free', 'new', 'nobody', 'reset'])
    })

    rule('takes no more than the limits of the account and of all allow', async () => {
      const storage = await fresh()
      const add = (id: string, changes: Partial<OutboxMessage>) =>
        storage.transact(alice, (tx) => tx.outbox.add(message(id, changes), { ofAccount: 2, inAll: 4 }))
      const full = { name: 'ConflictError', field: 'outbox' }
      await add('1', {})
      await add('2', { topic: 'confirm' })
      await expect(add('3', {})).rejects.toMatchObject(full)
      await add('4', { topic: 'confirm' })
      await add('5', { did: bob })
      await add('6', { did: undefined })
      await expect(add('7', { did: undefined })).rejects.toMatchObject(full)
      await add('8', { topic: 'confirm' })
      expect(await storage.outbox.count()).toBe(4)
    })

    rule('postpones and deletes a message, unless it is gone', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.outbox.add(message('one', {}), limits))
      await storage.transact(alice, (tx) => {
        tx.outbox.postpone('one', time(5))
        tx.outbox.postpone('gone', time(5))
        tx.outbox.delete('gone')
      })
      expect(await storage.outbox.due({ at: time(4), channel: 'main', limit: 9 })).toEqual([])
      expect(await storage.outbox.due({ at: time(5), channel: 'main', limit: 9 })).toEqual([
        message('one', { dueAt: time(5), failures: 1 }),
      ])
      await storage.transact(alice, (tx) => tx.outbox.delete('one'))
      expect(await storage.outbox.count()).toBe(0)
    })

    rule('deletes the messages to an account with it', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        tx.outbox.add(message('of alice', {}), limits)
        tx.outbox.add(message('of bob', { did: bob }), limits)
        tx.outbox.add(message('of nobody', { did: undefined }), limits)
        tx.accounts.delete(alice)
      })
      const left = await storage.outbox.due({ at: time(9), channel: 'main', limit: 9 })
      expect(left.map(({ id }) => id).sort()).toEqual(['of bob', 'of nobody'])
    })

    rule('keeps messages through a crash', async () => {
      const { storage, reopen } = await opened()
      await storage.transact(alice, (tx) => tx.outbox.add(message('one', {}), limits))
      const again = await reopen()
      expect(await again.outbox.due({ at: time(9), channel: 'main', limit: 9 })).toEqual([message('one', {})])
    })
  })
}

const limits = { ofAccount: 9, inAll: 9 }

function message(id: string, changes: Partial<OutboxMessage>): OutboxMessage {
  return {
    id,
    did: alice,
    topic: undefined,
    channel: 'main',
    recipient: 'alice@mail.test',
    subject: 'A subject',
    text: 'A text\nof two lines',
    html: '<p>A text</p>',
    failures: 0,
    dueAt: time(1),
    expiresAt: time(50),
    ...changes,
  }
}
