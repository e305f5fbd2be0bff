import { describe, expect, it } from 'vitest'
import { withSiteLinks } from './site-links.mjs'

const repository = 'https://code.example/reef'
const places = new Map([
  ['packages/tide/README.md', 'packages/tide.md'],
  ['docs/map.md', 'project/map.md'],
])
const kinds = new Map([
  ['packages/tide/src/tide.ts', 'file'],
  ['packages/tide/src', 'folder'],
])

function linked(text, file = 'packages/tide/README.md') {
  const dead = []
  const result = withSiteLinks(text, {
    file,
    places,
    repository,
    kindOf: (path) => kinds.get(path),
    onDead: (target) => dead.push(target),
  })
  return { text: result, dead }
}

describe('withSiteLinks', () => {
  it.each([
    ['a document on the site', '[m](../../docs/map.md#north)', '[m](../project/map.md#north)'],
    ['a folder whose README is on the site', '[t](../packages/tide)', '[t](../packages/tide.md)', 'docs/map.md'],
    ['a file of the repository', '[s](src/tide.ts)', `[s](${repository}/blob/main/packages/tide/src/tide.ts)`],
    ['a folder of the repository', '[s](src/)', `[s](${repository}/tree/main/packages/tide/src)`],
    ['a published link to a document', `[m](${repository}/blob/main/docs/map.md)`, '[m](../project/map.md)'],
    ['a place on the page, another site, a page of the site', '[a](#b) [c](https://d.example) [e](/f)', undefined],
    ['what is in a code block', '```md\n[m](../../docs/map.md)\n```', undefined],
  ])('leads to %s', (_name, text, expected = text, file = undefined) => {
    expect(linked(text, file)).toEqual({ text: expected, dead: [] })
  })

  it('names what does not exist', () => {
    expect(linked('[x](lost.md)').dead).toEqual(['lost.md'])
  })
})
