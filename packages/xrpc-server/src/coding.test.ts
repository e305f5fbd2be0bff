import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesOf } from '../test/hosts.ts'

const text = 'an atoll is a ring of islands. '.repeat(1000)
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
      const encoded = await encodeBytes(coding, Buffer.from(text))
      expect(encoded.length).toBeLessThan(500)
      const source = (async function* () {
        yield encoded
      })()
      expect((await bytesOf(decodeBody(coding, source))).toString()).toBe(text)
    }
  })

  it('what is encoded as a stream comes back as it was', async () => {
    const { codings, encodeStream, decodeBody } = await load()
    for (const coding of codings) {
      if (coding !== 'identity')
        expect((await bytesOf(decodeBody(coding, encodeStream(coding, pieces())))).toString()).toBe(text)
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
    await expect(bytesOf(decodeBody('gzip', failing()))).rejects.toBe(fault)
  })
})
