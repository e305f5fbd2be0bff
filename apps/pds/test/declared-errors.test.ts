import { readFileSync } from 'node:fs'
import { lexicons } from '@atoll/lexicons'
import { expect, it } from 'vitest'
import type { Access } from '../src/access/access.ts'
import { routes } from '../src/routes.ts'
import type { Services } from '../src/services.ts'
import { noteOwed } from './provoked-errors.ts'

/** Errors that this server never answers with, whatever is asked. */
const unreachable: Readonly<Record<string, string>> = {
  HeadNotFound: 'an account has a repository from its first moment on',
  RepoSuspended: 'no account is suspended here: it is active, deactivated or taken down',
  'com.atproto.server.deleteSession ExpiredToken': 'a session whose token is over is ended all the same',
}

/** Errors that need more than this folder has, and the tests that provoke them. */
const elsewhere: Readonly<Record<string, string>> = {
  'com.atproto.sync.subscribeRepos ConsumerTooSlow': 'e2e/src/faults/slow-clients.test.ts',
}

const declared = served().flatMap((nsid) =>
  lexicons()
    .method(nsid)!
    .errors.map((error) => ({ nsid, error })),
)

/** All others have to be answered in some test of this folder: `provoked-errors.setup.ts`. */
it('each error that a served method declares is provoked by a test, or cannot be', () => {
  expect(declared.length).toBeGreaterThan(60)
  for (const { nsid, error } of declared) {
    if (!unreachable[error] && !unreachable[`${nsid} ${error}`] && !elsewhere[`${nsid} ${error}`]) noteOwed(nsid, error)
  }
})

it('the exceptions are declared still, and have their tests', () => {
  const names = declared.flatMap(({ nsid, error }) => [error, `${nsid} ${error}`])
  for (const name of Object.keys(unreachable)) expect(names).toContain(name)
  for (const [pair, file] of Object.entries(elsewhere)) {
    const [nsid = '', error = ''] = pair.split(' ')
    expect(declared).toContainEqual({ nsid, error })
    expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).toContain(`'${error}'`)
  }
})

function served(): string[] {
  const may = new Proxy({} as Access, { get: () => () => undefined })
  const services: unknown = new Proxy({}, { get: () => services })
  return routes(services as Services, may).map(({ method }) => method.nsid)
}
