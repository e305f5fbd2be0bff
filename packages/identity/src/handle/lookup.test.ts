import type { Handle } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { IdentityUnavailableError, RefusedRequestError, ResponseTooLargeError } from '../errors.ts'
import type { Fetch } from '../fetch.ts'
import { type LookupTxt, lookUpHandle } from './lookup.ts'

const alice = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const bob = 'did:web:bob.test'
const down = new Error('down')

type Answer = string[] | Error
const dns =
  (answer: Answer): LookupTxt =>
  async () => {
    if (answer instanceof Error) throw answer
    return answer
  }
const web =
  (answer: string | number | Error): Fetch =>
  async () => {
    if (answer instanceof Error) throw answer
    return typeof answer === 'number' ? new Response('', { status: answer }) : new Response(answer)
  }

function look(lookupTxt: Answer, page: string | number | Error, backup?: Answer) {
  const backupLookupTxt = backup && dns(backup)
  return lookUpHandle('alice.test', { lookupTxt: dns(lookupTxt), backupLookupTxt, fetch: web(page), timeoutMs: 1000 })
}

/** A network that notes what it is asked. */
function listening(): { asked: string[]; lookupTxt: LookupTxt; fetch: Fetch } {
  const asked: string[] = []
  return {
    asked,
    async lookupTxt(name) {
      asked.push(name)
      return []
    },
    async fetch(url, init) {
      asked.push(url, String(init?.redirect))
      return new Response(alice)
    },
  }
}

describe('a handle leads to the DID', () => {
  it('in its TXT record, among records of others', async () => {
    expect(await look(['v=spf1', `did=${alice}`, `did=${alice}`, 'did=nonsense', bob], 404)).toBe(alice)
  })

  it('in its TXT record, with a little white space', async () => {
    expect(await look([` did=${alice}\n`, `\tdid=${alice} `], 404)).toBe(alice)
    expect(await look([` did=${alice}`, `did=${bob} `], alice)).toBeUndefined()
    expect(await look([], 404, [`did=${alice}\r\n`])).toBe(alice)
  })

  it('on its web server, with a little white space', async () => {
    expect(await look([], `\n${alice} \r\n`)).toBe(alice)
  })

  it('that the DNS gives, when the web server gives another', async () => {
    expect(await look([`did=${alice}`], bob)).toBe(alice)
  })

  it('that one way gives while the other fails', async () => {
    expect(await look([`did=${alice}`], down)).toBe(alice)
    expect(await look(down, alice)).toBe(alice)
  })

  it('that a backup nameserver knows already', async () => {
    expect(await look([], 404, [`did=${alice}`])).toBe(alice)
    expect(await look(down, down, [`did=${alice}`])).toBe(alice)
  })

  it('that the first nameservers give, whatever the backup says', async () => {
    expect(await look([`did=${alice}`], 404, [`did=${bob}`])).toBe(alice)
  })
})

describe('a handle leads nowhere', () => {
  it('when two records differ, whatever the web server says', async () => {
    expect(await look([`did=${alice}`, `did=${bob}`], alice)).toBeUndefined()
    expect(await look([], 404, [`did=${alice}`, `did=${bob}`])).toBeUndefined()
  })

  it.each([404, 403, 410, 'not a DID', `did=${alice}`, '<html>', '', 'x'.repeat(10)])(
    'when the web server responds %s',
    async (page) => {
      expect(await look([], page)).toBeUndefined()
    },
  )

  it.each([4097, 100_000])('when the web server responds with %i bytes, too many for a DID', async (length) => {
    expect(await look([], 'x'.repeat(length))).toBeUndefined()
    expect(await look([], `${alice}${' '.repeat(length)}`)).toBeUndefined()
    // The other ways are still asked, and count.
    expect(await look([`did=${alice}`], 'x'.repeat(length))).toBe(alice)
    expect(await look([], 'x'.repeat(length), [`did=${alice}`])).toBe(alice)
    await expect(look(down, 'x'.repeat(length))).rejects.toThrow(IdentityUnavailableError)
  })

  it('when the response of its web server is larger than the guard allows', async () => {
    expect(await look([], new ResponseTooLargeError(524_288))).toBeUndefined()
    expect(await look([], new TypeError('failed', { cause: new ResponseTooLargeError(1) }))).toBeUndefined()
  })

  it('when the web server writes without end, and is cut off', async () => {
    let read = 0
    const pull = (stream: ReadableStreamDefaultController<Uint8Array>) => {
      read++
      stream.enqueue(new Uint8Array(1024).fill(120))
    }
    const fetch: Fetch = async () => new Response(new ReadableStream({ pull }))
    expect(await lookUpHandle('alice.test', { lookupTxt: dns([]), fetch, timeoutMs: 60_000 })).toBeUndefined()
    expect(read).toBeLessThan(10)
  })

  it('when its name has no address, or none that may be asked', async () => {
    const unknownHost = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) })
    expect(await look([], unknownHost)).toBeUndefined()
    expect(await look([], new RefusedRequestError('alice.test', 'no public address'))).toBeUndefined()
  })

  it.each(['a.invalid', 'a.local', 'a.localhost', 'a.internal', 'a.arpa', 'a.onion', 'a.example', 'a.alt'])(
    'when it is %s, and nobody is asked',
    async (handle) => {
      const { asked, ...network } = listening()
      expect(await lookUpHandle(handle as Handle, { ...network, timeoutMs: 1000 })).toBeUndefined()
      expect(asked).toEqual([])
    },
  )
})

describe('nothing is said about a handle', () => {
  it.each([500, 502, 503, 429, down])('when the DNS has nothing and the web server fails with %s', async (page) => {
    await expect(look([], page)).rejects.toThrow(IdentityUnavailableError)
  })

  it('when the DNS fails and the web server has nothing', async () => {
    await expect(look(down, 404)).rejects.toThrow(IdentityUnavailableError)
  })

  it('when the backup has nothing either', async () => {
    await expect(look(down, 404, [])).rejects.toThrow(IdentityUnavailableError)
    await expect(look([], 503, [])).rejects.toThrow(IdentityUnavailableError)
  })

  it('when nobody responds in time', async () => {
    const silence = () => new Promise<never>(() => undefined)
    const looking = lookUpHandle('alice.test', { lookupTxt: silence, fetch: silence, timeoutMs: 5 })
    await expect(looking).rejects.toThrow(IdentityUnavailableError)
  })
})

it('asks the DNS under _atproto and the web server by https, at once', async () => {
  const { asked, ...network } = listening()
  await lookUpHandle('alice.test', { ...network, timeoutMs: 1000 })
  expect(asked.sort()).toEqual(['_atproto.alice.test', 'follow', 'https://alice.test/.well-known/atproto-did'])
})

it('asks only the web server of a handle that is too long for the DNS', async () => {
  const handle: Handle = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.test`
  const lookupTxt: LookupTxt = () => Promise.reject(new Error('asked'))
  expect(await lookUpHandle(handle, { lookupTxt, fetch: web(alice), timeoutMs: 1000 })).toBe(alice)
})

it('lets go of the web server once the DNS has answered', async () => {
  let aborted = false
  const fetch: Fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        aborted = true
        reject(init.signal?.reason)
      })
    })
  expect(await lookUpHandle('alice.test', { lookupTxt: dns([`did=${alice}`]), fetch, timeoutMs: 1000 })).toBe(alice)
  expect(aborted).toBe(true)
})
