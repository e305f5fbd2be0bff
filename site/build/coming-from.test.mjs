import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../scripts/bundle-sources.mjs'

const page = readFileSync(join(root, 'site/pages/coming-from-atproto.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| there '))
  .map((line) => line.split(' | ')[1])

/** Whatever an entry of a package exports, by its name. */
const exported = new Set(
  ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((name) => entryNames(join(root, folder, name))),
  ),
)

describe('the table for those who come from @atproto', () => {
  it.each(rows)('names what there is: %s', (here) => {
    const code = [...here.matchAll(/`([^`]*)`/g)].map(([, text]) => text).filter((text) => !/^(?:@|atoll-)/.test(text))
    // What is called or constructed, but for methods of a value whose name begins in lower case.
    const called = code.flatMap((text) => [...text.matchAll(/(?<![.\w])(\w+)(\.\w+)?(?=\()/g)].map((match) => match[0]))
    const types = code.filter((text) => /^[A-Z]\w+$/.test(text))
    const names = [...called, ...types].filter((name) => !/^[a-z]\w*\./.test(name))
    expect(names.filter((name) => !exported.has(name))).toEqual([])
  })
})

function entryNames(folder) {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const sources = Object.values(exports)
    .map((entry) => entry?.['@atoll/source'])
    .filter((source) => source?.endsWith('.ts') && !source.includes('*'))
  return sources.flatMap((source) => {
    const text = readFileSync(join(folder, source), 'utf8')
    return [
      ...[...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) =>
        list.split(',').map((each) =>
          each
            .trim()
            .replace(/^type /, '')
            .split(' as ')
            .at(-1),
        ),
      ),
      ...[...text.matchAll(/export (?:async )?(?:function|const|class|interface|type) (\w+)/g)].map(([, name]) => name),
    ]
  })
}
