import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { download, find, touch } from '../../test/methods.ts'
import { ConnectionError } from '../errors.ts'
import { createClient, type FetchLike } from './client.ts'
import { refreshAt } from './refresh-at.ts'

const params = { name: 'a' }
const server = createServer()
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function listening(onRequest: RequestListener = () => {}): Promise<string> {
  server.removeAllListeners('request').on('request', onRequest).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const failureOf = async (work: Promise<unknown>): Promise<ConnectionError> => {
  const error = await work.catch((thrown: unknown) => thrown)
  if (!(error instanceof ConnectionError)) throw new Error(`not a ConnectionError: ${error}`)
  return error
}

describe('a server that cannot be reached is named, with the cause', () => {
  it('when nothing listens there', async () => {
    const host = await listening()
    server.close()
    const client = createClient({ service: `http://${host}`, retry: false })
    const error = await failureOf(client.call(find, { params }))
    expect(error).toMatchObject({
      host,
      code: 'ECONNREFUSED',
      message: `no connection to ${host}: connect ECONNREFUSED ${host}`,
    })
    expect(error.cause).toMatchObject({ name: 'TypeError', message: 'fetch failed' })
    const refreshing = await failureOf(refreshAt(`http://${host}`)('token'))
    expect(refreshing.message).toBe(error.message)
  })

  it('when there is no such name', async () => {
    const client = createClient({ service: 'http://nowhere.invalid', retry: false })
    const error = await failureOf(client.call(touch))
    expect(error.message).toMatch(
      /^no connection to nowhere\.invalid: getaddrinfo (?:ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/,
    )
  })

  it('when there is no TLS', async () => {
    const host = await listening()
    const error = await failureOf(createClient({ service: `https://${host}`, retry: false }).call(touch))
    expect(error.message).toMatch(new RegExp(`^no connection to ${host}: .*(?:SSL|TLS|packet)`, 'i'))
    expect(error.code).toMatch(/SSL/)
  })

  it('when the response breaks off, read whole or as it arrives', async () => {
    const host = await listening((_, response) => {
      response.writeHead(200, { 'content-type': 'x/y', 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const client = createClient({ service: `http://${host}`, retry: false })
    expect((await failureOf(client.call(download))).host).toBe(host)
    const { body } = await client.open(download)
    const reading = (async () => {
      for await (const _ of body);
    })()
    expect((await failureOf(reading)).message).toMatch(new RegExp(`^no connection to ${host}: .+`))
  })

  it('when a runtime says no more than that it failed', async () => {
    const of = async (error: Error) => {
      const fetch: FetchLike = () => Promise.reject(error)
      return (await failureOf(createClient({ service: 'https://a.example', fetch, retry: false }).call(touch))).message
    }
    expect(await of(new TypeError('Failed to fetch'))).toBe('no connection to a.example: Failed to fetch')
    const bun = Object.assign(new Error('Unable to connect.'), { code: 'ConnectionRefused' })
    expect(await of(bun)).toBe('no connection to a.example: Unable to connect. (ConnectionRefused)')
    const addresses = new AggregateError([Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' })])
    expect(await of(new TypeError('fetch failed', { cause: addresses }))).toBe(
      'no connection to a.example: connect ETIMEDOUT',
    )
  })
})

it('what is no failure of the network is thrown as it is', async () => {
  const client = (fetch: FetchLike) => createClient({ service: 'https://a.example', fetch, retry: false })
  const own = new Error('this address is blocked')
  await expect(client(() => Promise.reject(own)).call(touch)).rejects.toBe(own)
  const abort = new AbortController()
  const reason = new Error('enough')
  const calling = client(async (_, { signal }) => {
    abort.abort(reason)
    throw signal?.reason
  }).call(touch, { signal: abort.signal })
  await expect(calling).rejects.toBe(reason)
})
