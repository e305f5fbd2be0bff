import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesOf } from '../../test/hosts.ts'
import { breakOff } from '../http/bodies.ts'

const text = 'an atoll is a ring of islands. '.repeat(1000)
const maxBytes = 1_000_000
const client = { ip: '192.0.2.1', signal: new AbortController().signal }
const streaming = async function* (bytes: Uint8Array) {
  yield bytes
}
const pieces = async function* () {
  for (let i = 0; i < text.length; i += 1000) yield Buffer.from(text.slice(i, i + 1000))
}

describe.each([
  ['Node’s zlib', true],
  ['the web’s compression streams', false],
])('with %s', (_, hasNode) => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.resetModules()
  })
  const load = async () => {
    if (!hasNode) vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    const coding = await import('./coding.ts')
    return { ...coding, codings: coding.availableCodings() }
  }

  it('what is encoded whole comes back as it was', async () => {
    const { codings, encodeBytes, decodeBody } = await load()
    expect(codings).toEqual(hasNode ? ['zstd', 'br', 'gzip', 'deflate'] : ['gzip', 'deflate'])
    for (const coding of codings) {
      if (coding === 'identity') continue
      const encoded = await encodeBytes(coding, Buffer.from(text), client)
      expect(encoded!.length).toBeLessThan(500)
      const source = (async function* () {
        yield encoded!
      })()
      expect((await bytesOf(decodeBody(coding, source, maxBytes, client))).toString()).toBe(text)
    }
  })

  it('a body that has been read whole is decoded up to its bound', async () => {
    const { codings, encodeBytes, decodeBytes } = await load()
    for (const coding of codings) {
      if (coding === 'identity') continue
      const encoded = await encodeBytes(coding, Buffer.from(text), client)
      expect(Buffer.from(await decodeBytes(coding, encoded!, text.length, client)).toString()).toBe(text)
      await expect(decodeBytes(coding, encoded!, text.length - 1, client)).rejects.toThrow('too large')
      await expect(decodeBytes(coding, Buffer.from('nonsense'), 100, client)).rejects.toThrow(`not valid ${coding}`)
    }
  })

  it('one network that has very many bodies decoded is refused, and others are not', async () => {
    const { decodeBytes } = await load()
    const encoded = gzipSync(Buffer.from(text))
    const decode = (ip: string) => decodeBytes('gzip', encoded, maxBytes, { ...client, ip })
    const flood = Array.from({ length: 100 }, () =>
      decode('2001:db8::1').catch((error: { status: number }) => error.status),
    )
    expect(Buffer.from(await decode('2001:db8:1::1')).toString()).toBe(text)
    const refused = (await Promise.all(flood)).filter((outcome) => outcome === 503)
    expect(refused.length).toBeGreaterThan(50)
  })

  it('a large answer is sent as it is when too many are being compressed', async () => {
    const { encodeBytes } = await load()
    const large = Buffer.alloc(200_000, text)
    const encode = (ip: string) => encodeBytes('gzip', large, { ...client, ip })
    const flood = Array.from({ length: 100 }, () => encode('2001:db8::1'))
    expect(await encode('2001:db8:1::1')).toBeDefined()
    const plain = (await Promise.all(flood)).filter((encoded) => encoded === undefined)
    expect(plain.length).toBeGreaterThan(50)
  })

  it('what is encoded as a stream comes back as it was', async () => {
    const { codings, encodeStream, decodeBody } = await load()
    for (const coding of codings) {
      if (coding !== 'identity') {
        expect((await bytesOf(decodeBody(coding, encodeStream(coding, pieces()), maxBytes, client))).toString()).toBe(
          text,
        )
      }
    }
  })

  it('a source is let go of when nobody reads on', async () => {
    const { encodeStream } = await load()
    let ended = () => {}
    const end = new Promise<void>((resolve) => {
      ended = resolve
    })
    const endless = async function* () {
      try {
        for (;;) yield crypto.getRandomValues(new Uint8Array(10_000))
      } finally {
        ended()
      }
    }
    for await (const _ of encodeStream('gzip', endless())) break
    await end
  })

  it('a failure of the source is told as it is', async () => {
    const { decodeBody } = await load()
    const fault = new Error('gone')
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from([0x1f, 0x8b])
      throw fault
    }
    await expect(bytesOf(decodeBody('gzip', failing(), maxBytes, client))).rejects.toBe(fault)
  })

  it('only one coding is undone, whatever stands beside it', async () => {
    const { decodeBody } = await load()
    const zipped = () => streaming(gzipSync('text'))
    for (const header of ['gzip', 'GZIP', 'identity, gzip', ' , x-gzip,', 'gzip,identity']) {
      expect((await bytesOf(decodeBody(header, zipped(), maxBytes, client))).toString(), header).toBe('text')
    }
    for (const header of ['gzip, gzip', 'gzip,deflate', 'gzip,,x-gzip', 'identity,'.repeat(2000)]) {
      expect(() => decodeBody(header, zipped(), maxBytes, client), header.slice(0, 30)).toThrow(
        expect.objectContaining({ status: 415, message: 'only one content-encoding may be applied' }),
      )
    }
  })

  it('the bytes that come are bounded, even those that decode to nothing', async () => {
    const { decodeBody } = await load()
    let sent = 0
    const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
    const emptyBlock = Buffer.from([0, 0, 0, 0xff, 0xff])
    const nothing = async function* () {
      yield header
      for (;;) {
        sent += 5000
        yield Buffer.concat(Array<Buffer>(1000).fill(emptyBlock))
      }
    }
    const reading = bytesOf(decodeBody('gzip', nothing(), maxBytes, client))
    await expect(reading).rejects.toMatchObject({ status: 413 })
    expect(sent).toBeLessThanOrEqual(maxBytes + 5000)
  })

  it('nothing is decoded any more when the client has gone', async () => {
    const { decodeBody } = await load()
    const { ClientGoneError } = await import('../http/errors.ts')
    const gone = new AbortController()
    const bomb = gzipSync(Buffer.alloc(100_000_000))
    let decoded = 0
    const reading = (async () => {
      for await (const chunk of decodeBody('gzip', streaming(bomb), 200_000_000, gone)) {
        decoded += chunk.length
        gone.abort()
      }
    })()
    await expect(reading).rejects.toBeInstanceOf(ClientGoneError)
    expect(decoded).toBeLessThan(3_000_000)
  })

  it('a source that waits is told at once when nobody reads on', async () => {
    const { encodeStream } = await load()
    const told = Promise.withResolvers<void>()
    const silent = {
      cancel: () => told.resolve(),
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
    }
    const encoded = encodeStream('gzip', silent)
    const reading = encoded[Symbol.asyncIterator]()
    reading.next().catch(() => {})
    await new Promise(setImmediate)
    breakOff(encoded, reading)
    await told.promise
  })
})

it('a frame of zstd cannot claim more memory than the coding needs', async () => {
  const { decodeBody } = await import('./coding.ts')
  // Magic number, a descriptor without a size, the window, then one last block of five raw bytes.
  const open = (windowLog: number) => {
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, (5 << 3) | 1, 0, 0, ...Buffer.from('atoll')]
    return bytesOf(decodeBody('zstd', streaming(Buffer.from(frame)), maxBytes, client))
  }
  expect((await open(23)).toString()).toBe('atoll')
  await expect(open(24)).rejects.toMatchObject({ status: 400 })
})
