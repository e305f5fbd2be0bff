// Runs a bundle as a browser would: only those of Node's globals are left that every
// web-interoperable runtime has.
import { createContext, runInContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'

/** The Minimum Common Web API (ECMA-429), as far as Node implements it. */
const webGlobals = `AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey
  CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File FormData Headers MessageChannel MessageEvent
  MessagePort Performance PromiseRejectionEvent ReadableByteStreamController ReadableStream ReadableStreamBYOBReader
  ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder
  TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams
  WebAssembly WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearInterval
  clearTimeout console crypto fetch navigator performance queueMicrotask reportError self setInterval setTimeout structuredClone`
const languageGlobals = runInContext('Object.getOwnPropertyNames(globalThis)', createContext())
const kept = new Set([...languageGlobals, ...webGlobals.split(/\s+/)])
// Node creates some of these at first use, with globals that are removed below.
for (const name of kept) void globalThis[name]
// Node's own Request needs it later; the bundle does not see it, see bundles.mjs.
kept.add('Buffer')
for (const name of Object.getOwnPropertyNames(globalThis)) if (!kept.has(name)) delete globalThis[name]
if ('process' in globalThis) throw new Error("Node's globals could not be taken away")

const before = surroundings()
const { results } = await import(workerData)
const changed = surroundings().filter((name) => !before.includes(name))
parentPort.postMessage({ changed, results: await results() })

/** What an import must not change: the names of globals, and of the members of their prototypes. */
function surroundings() {
  return Reflect.ownKeys(globalThis).flatMap((name) => {
    const value = Object.getOwnPropertyDescriptor(globalThis, name).value
    const members =
      typeof value === 'function' ? [...Reflect.ownKeys(value), ...Reflect.ownKeys(value.prototype ?? {})] : []
    return [String(name), ...members.map((member) => `${String(name)} ${String(member)}`)]
  })
}
