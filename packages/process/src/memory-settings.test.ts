import { expect, it } from 'vitest'
import { restartedWith } from './memory-settings.ts'

it('adds what is missing, before the flags that are there', () => {
  expect(restartedWith(['--cpu-prof'], { PATH: '/bin' })).toEqual({
    flags: ['--max-semi-space-size=16', '--cpu-prof'],
    environment: { PATH: '/bin', MALLOC_ARENA_MAX: '1' },
  })
})

it('does not restart a process that has the flag', () => {
  const { flags, environment } = restartedWith([], {})!
  expect(restartedWith(flags, environment)).toBeUndefined()
})

it('lets the operator decide, on the command line and in the environment', () => {
  expect(restartedWith(['--max-semi-space-size=64'], {})).toBeUndefined()
  expect(restartedWith(['--max_semi_space_size=64'], {})).toBeUndefined()
  expect(restartedWith([], { NODE_OPTIONS: '--trace-warnings --max-semi-space-size=64' })).toBeUndefined()
  expect(restartedWith([], { MALLOC_ARENA_MAX: '8' })?.environment).toEqual({ MALLOC_ARENA_MAX: '8' })
})
