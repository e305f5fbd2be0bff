import type { Did } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { exampleGenesis, exampleKeys } from '../../test/example-log.ts'
import { InvalidDidDocumentError } from '../errors.ts'
import { updateOperation } from './build.ts'
import { PlcClient } from './client.ts'
import { PlcRequestError } from './errors.ts'

const keys = exampleKeys()
const { did, op } = exampleGenesis(keys)

interface Asked {
  method: string
  path: string
  body: unknown
}

/** A client of a directory that returns these responses in turn. */
function clientOf(...answers: (Response | Error | 'silence')[]): { client: PlcClient; asked: Asked[] } {
  const asked: Asked[] = []
  const client = new PlcClient({
    url: 'https://plc.test/',
    timeoutMs: answers.includes('silence') ? 20 : 60_000,
    fetch: async (url, init) => {
      asked.push({ method: init?.method ?? 'GET', path: new URL(url).pathname, body: init?.body })
      const answer = answers[asked.length - 1]
      if (answer instanceof Response) return answer
      if (answer instanceof Error) throw answer
      return new Promise(() => undefined)
    },
  })
  return { client, asked }
}

const page = (json: unknown, status = 200) => new Response(JSON.stringify(json), { status })

describe('asking', () => {
  it.each([404, 410])('resolves to undefined for status %s', async (status) => {
    const none = () => page({ message: 'no' }, status)
    const { client } = clientOf(none(), none(), none(), none(), none())
    expect([
      await client.getDocument(did),
      await client.getData(did),
      await client.getLog(did),
      await client.getAuditLog(did),
      await client.getLastOp(did),
    ]).toEqual([undefined, undefined, undefined, undefined, undefined])
  })

  it('goes to the paths of the public directory', async () => {
    const { client, asked } = clientOf(page({ id: did }), page([op]), page([]), page(op))
    expect(await client.getDocument(did)).toEqual({ id: did })
    expect(await client.getLog(did)).toEqual([op])
    expect(await client.getAuditLog(did)).toEqual([])
    expect(await client.getLastOp(did)).toEqual(op)
    expect(asked.map(({ path }) => path)).toEqual([`/${did}`, `/${did}/log`, `/${did}/log/audit`, `/${did}/log/last`])
  })

  it.each([500, 502, 503, 429, 400, 302, 201])(
    'is a PlcRequestError for status %s, never an absence',
    async (status) => {
      const { client } = clientOf(page({ message: 'reason' }, status))
      await expect(client.getDocument(did)).rejects.toMatchObject({
        name: 'PlcRequestError',
        status,
        message: 'reason',
      })
    },
  )

  it('is a PlcRequestError without a status when there is no response, or an unreadable one', async () => {
    for (const answer of [new TypeError('refused'), 'silence', new Response('{"trunc'), new Response('')] as const) {
      const { client } = clientOf(answer)
      await expect(client.getLastOp(did)).rejects.toMatchObject({ name: 'PlcRequestError', status: undefined })
    }
  })

  it('treats a redirect as a refusal, and does not follow it', async () => {
    const elsewhere = () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.test/' } })
    const { client, asked } = clientOf(elsewhere(), elsewhere())
    await expect(client.getDocument(did)).rejects.toMatchObject({ name: 'PlcRequestError', status: 302 })
    await expect(client.submit(did, op)).rejects.toMatchObject({ name: 'PlcRequestError', status: 302 })
    expect(asked).toHaveLength(2)
  })

  it('does not read without end', async () => {
    const client = new PlcClient({
      url: 'https://plc.test',
      maxBytes: 100,
      fetch: async () => page({ id: did, more: 'x'.repeat(100) }),
    })
    await expect(client.getDocument(did)).rejects.toThrow(PlcRequestError)
  })

  it('refuses a response about another DID or of another shape', async () => {
    const other: Did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
    await expect(clientOf(page({ id: other })).client.getDocument(did)).rejects.toThrow(InvalidDidDocumentError)
    const data = { did: other, rotationKeys: [], verificationMethods: {}, alsoKnownAs: [], services: {} }
    expect(await clientOf(page({ ...data, did })).client.getData(did)).toEqual({ ...data, did })
    for (const wrong of [data, { ...data, did, services: [] }, [], null]) {
      await expect(clientOf(page(wrong)).client.getData(did)).rejects.toThrow()
    }
    await expect(clientOf(page({})).client.getLog(did)).rejects.toThrow()
    await expect(clientOf(page({})).client.getLastOp(did)).rejects.toThrow()
  })
})

describe('handing in', () => {
  it('posts the operation as JSON', async () => {
    const { client, asked } = clientOf(new Response('OK'))
    await client.submit(did, op)
    expect(asked).toEqual([{ method: 'POST', path: `/${did}`, body: JSON.stringify(op) }])
  })

  it('tells what the directory refused, and does not ask again', async () => {
    const { client, asked } = clientOf(page({ message: 'Invalid signature' }, 400))
    await expect(client.submit(did, op)).rejects.toMatchObject({ status: 400, message: 'Invalid signature' })
    expect(asked).toHaveLength(1)
  })

  it.each([new TypeError('reset'), 'silence', page({}, 502)] as const)(
    'reads the log when the response was %s: the operation may have arrived',
    async (answer) => {
      const { client, asked } = clientOf(answer, page(op))
      await client.submit(did, op)
      expect(asked.map(({ path }) => path)).toEqual([`/${did}`, `/${did}/log/last`])
    },
  )

  it('fails with the first error when the operation did not arrive, or that cannot be told', async () => {
    const update = updateOperation(op, { handle: 'b.test' }, keys.weak)
    for (const then of [page(op), page({}, 404), page({}, 500), new TypeError('refused')]) {
      const { client, asked } = clientOf(page({ message: 'first' }, 503), then)
      await expect(client.submit(did, update)).rejects.toMatchObject({ status: 503, message: 'first' })
      expect(asked).toHaveLength(2)
    }
  })
})
