import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallFrame } from './cpu-profile.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface Place {
  /** A workspace package, an npm package, `node:…`, or what V8 does by itself. */
  readonly owner: string
  /** The file and line of the source that the built code came from. */
  readonly file: string
}

/** Finds the source of a profiled function, through the source maps of the build. */
export class SourcePlaces {
  readonly #maps = new Map<string, SourceMap | undefined>()

  placeOf(frame: CallFrame): Place | undefined {
    const { url, lineNumber, columnNumber } = frame
    if (url.startsWith('node:')) return { owner: `node:${url.slice(5).split('/')[0]}`, file: url }
    if (!url.startsWith('file:')) return undefined
    const path = fileURLToPath(url)
    const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(path)
    if (library) return { owner: library[1]!, file: `${library[1]}/${library[2]}:${lineNumber + 1}` }
    const entry = this.#mapOf(path)?.findEntry(lineNumber, columnNumber)
    const original = entry && 'originalSource' in entry ? entry : undefined
    const source = original ? join(dirname(path), original.originalSource) : path
    const line = original ? original.originalLine + 1 : lineNumber + 1
    const file = relative(root, source)
    return {
      owner: `@atoll/${file.split('/')[1]}`,
      file: `${file.replace(/^(packages|apps)\//, '').replace('/src/', '/')}:${line}`,
    }
  }

  #mapOf(path: string): SourceMap | undefined {
    if (!this.#maps.has(path)) this.#maps.set(path, readMap(path))
    return this.#maps.get(path)
  }
}

function readMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')))
  } catch {
    return undefined // built without a source map
  }
}
