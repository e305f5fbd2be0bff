import { expect, it } from 'vitest'
import { openClosers } from './closers.ts'

it('closes in reverse order, once, and goes on after a failure, which it throws', async () => {
  const closed: string[] = []
  const closers = openClosers()
  closers.add(async () => void closed.push('first'))
  closers.add(async () => {
    throw new Error('the second cannot be closed')
  })
  closers.add(async () => void closed.push('third'))
  await expect(closers.close()).rejects.toThrow('the second cannot be closed')
  expect(closed).toEqual(['third', 'first'])
  await closers.close()
  expect(closed).toEqual(['third', 'first'])
})
