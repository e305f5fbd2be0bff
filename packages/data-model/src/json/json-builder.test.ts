import { describe, expect, it } from 'vitest'
import { blockOf, CborError, DataModelError, encodeCbor, JsonBuilder, sectionOf, type Value } from '../index.ts'

describe('a JSON text of stored blocks', () => {
  it('holds what is appended, in order', () => {
    const { cid, bytes } = blockOf({ text: 'a "quoted" word', link: blockOf(1).cid })
    const opening = new TextEncoder().encode('{"name":"Zoë","of":"more bytes than are copied one by one","cid":"')
    const json = new JsonBuilder().ascii('[')
    for (const cidBytes of [cid.bytes, sectionOf({ cid, bytes })]) {
      json.json(opening).cid(cidBytes).ascii('","value":').block(bytes).ascii('},')
    }
    const value = `{"link":{"$link":"${blockOf(1).cid}"},"text":"a \\"quoted\\" word"}`
    const one = `${new TextDecoder().decode(opening)}${cid}","value":${value}},`
    expect(textOf(json.ascii('0]'))).toBe(`[${one}${one}0]`)
  })

  it('is the same whatever size was expected, and however long it becomes', () => {
    const values = Array.from({ length: 300 }, (_, n) => ({
      n,
      text: 'äöü \u0001 🌊 and a long plain piece of text'.repeat(n % 40),
    }))
    const text = (expected: number) => {
      const json = new JsonBuilder(expected).ascii('[')
      for (const [n, value] of values.entries()) json.ascii(n > 0 ? ',' : '').block(encodeCbor(value))
      return textOf(json.ascii(']'))
    }
    expect(JSON.parse(text(0))).toEqual(values)
    for (const expected of [1, 1000, 1_000_000]) expect(text(expected)).toBe(text(0))
  })

  it('has memory for a long text once, and for escapes as they come', () => {
    const [plain, escaped] = ['x'.repeat(1_000_000), '\u0001'.repeat(100_000)]
    const text = new JsonBuilder(1_050_000).block(encodeCbor(plain)).finish()
    expect(text.buffer.byteLength).toBeLessThan(1_100_000)
    const mixed = [plain, escaped, `${plain}${escaped}${plain}`]
    for (const expected of [0, 4_000_000]) {
      expect(textOf(new JsonBuilder(expected).block(encodeCbor(mixed)))).toBe(JSON.stringify(mixed))
    }
  })

  it('frees a long text when it is told to, and no memory that others use', () => {
    const long = new JsonBuilder().block(encodeCbor('x'.repeat(100_000)))
    const text = long.finish()
    expect(text).toHaveLength(100_002)
    long.free()
    expect(text).toHaveLength(0)
    const short = new JsonBuilder().block(encodeCbor('short'))
    const kept = short.finish()
    short.free()
    expect(new TextDecoder().decode(kept)).toBe('"short"')
  })

  it('keeps nothing of a block that it refuses, and goes on', () => {
    const json = new JsonBuilder().ascii('[').block(encodeCbor('one'))
    expect(() => json.block(new Uint8Array([0x82, 0x61, 0x61, 0xff]))).toThrow(CborError)
    // A map that only looks like a link.
    expect(() => json.block(encodeCbor({ before: 1, $link: 2 } as Value))).toThrow(DataModelError)
    expect(textOf(json.ascii(',').block(encodeCbor('two')).ascii(']'))).toBe('["one","two"]')
  })

  it('escapes every character where it must, at every place of a text of any length, wherever in memory that lies', () => {
    const characters = [...Array.from({ length: 0x81 }, (_, code) => String.fromCharCode(code)), 'ü', '€', '🌊']
    const plain = 'plain text of some length'
    for (const character of characters) {
      const texts = Array.from({ length: 20 }, (_, at) => plain.slice(0, at) + character + plain.slice(at, 20))
      const blocks = texts.map((text) => encodeCbor(text))
      const memory = Uint8Array.from(blocks.flatMap((block) => [...block]))
      const json = new JsonBuilder()
      let end = 0
      for (const [n, block] of blocks.entries()) {
        json.ascii(n > 0 ? ',' : '[').block(memory.subarray(end, (end += block.length)))
        json.ascii(',').block(block)
      }
      expect(textOf(json.ascii(']'))).toBe(JSON.stringify(texts.flatMap((text) => [text, text])))
    }
  })

  it('refuses what is not UTF-8, at every place of a text', () => {
    for (let at = 1; at <= 20; at++) {
      const block = encodeCbor('x'.repeat(20))
      block[at] = 0xc3
      expect(() => new JsonBuilder().block(block)).toThrow(CborError)
    }
  })

  it('does not change when others are written', () => {
    const first = new JsonBuilder().ascii('"first"').finish()
    new JsonBuilder(100_000).ascii('"second"').finish()
    new JsonBuilder().ascii('"third", which nobody finishes')
    expect(new TextDecoder().decode(first)).toBe('"first"')
  })
})

function textOf(json: JsonBuilder): string {
  return new TextDecoder().decode(json.finish())
}
