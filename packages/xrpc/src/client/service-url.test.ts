import { expect, it } from 'vitest'
import { count } from '../../test/methods.ts'
import { InvalidServiceError } from '../errors.ts'
import { subscribe, subscribeFrames } from '../stream/subscribe.ts'
import { createClient } from './client.ts'
import { refreshAt } from './refresh-at.ts'

it.each([
  ['pds.example', "write 'https://pds.example'"],
  ['pds.example/', "write 'https://pds.example/'"],
  ['pds.example:8443', "write 'https://pds.example:8443'"],
  ['localhost:2583', "write 'http://localhost:2583'"],
  ['127.0.0.1:2583', "write 'http://127.0.0.1:2583'"],
  ['[::1]:2583', "write 'http://[::1]:2583'"],
  ['wss://relay.example/', "write 'https://relay.example/'"],
  ['did:plc:ewvi7nxzyoun6zhxrhs64oiz', 'a DID has to be resolved first: its document names the server'],
  ['at://alice.example', 'an AT-URI names a record, not a server'],
  ['', "write it as in 'https://pds.example'"],
  ['https://', "write it as in 'https://pds.example'"],
  ['ftp://pds.example', "write it as in 'https://pds.example'"],
])('%j is refused, with what to do instead', (service, advice) => {
  const message = `'${service}' is not the address of a server: ${advice}`
  for (const use of [
    () => createClient({ service }),
    () => refreshAt(service),
    () => subscribe(service, count),
    () => subscribeFrames(service, count),
  ]) {
    expect(use).toThrow(InvalidServiceError)
    expect(use).toThrow(message)
    expect(use).toThrow(expect.objectContaining({ service }))
  }
})

const credentials = 'credentials go into headers or a session'
const other = "write it as in 'https://pds.example'"

// `fetch` takes no such URL, and says so with the whole of it.
it.each([
  ['https://alice:secret@pds.example', 'https://***@pds.example', credentials],
  ['https://secret@pds.example/', 'https://***@pds.example/', credentials],
  ['wss://alice:secret@relay.example', 'wss://***@relay.example', credentials],
  ['alice:secret@pds.example', '***@pds.example', other],
  ['https://alice:se/cret@pds.example', 'https://***@pds.example', other],
  ['pds.example?token=secret', 'pds.example?…', other],
])('%j is refused, and its secret stays out of the error', (service, shown, advice) => {
  for (const use of [() => createClient({ service }), () => subscribe(service, count)]) {
    expect(use).toThrow(new InvalidServiceError(shown, advice))
    expect(use).toThrow(expect.objectContaining({ service: shown }))
  }
})

it.each(['https://pds.example', 'http://localhost:2583/', new URL('https://pds.example')])(
  '%s is an address',
  (service) => {
    expect(createClient({ service }).service).toEqual(new URL(service))
  },
)
