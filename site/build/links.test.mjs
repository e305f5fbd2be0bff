import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deadLinks } from './links.mjs'

function built(pages) {
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [file, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), html)
  }
  return deadLinks(folder)
}

describe('deadLinks', () => {
  it('is content with pages, their places, files and other sites', () => {
    const index = '<a href="/guide#swim">a</a> <a class="x" href="./logo.svg">b</a> <a href="https://e.example">c</a>'
    expect(built({ 'index.html': index, 'guide.html': '<h2 id="swim">', 'logo.svg': '<svg/>' })).toEqual([])
  })

  it('names links to pages and to places that are not there', () => {
    const index = '<a href="/lost">a</a> <a href="/guide#fly">b</a>'
    expect(built({ 'index.html': index, 'guide.html': '<h2 id="swim">' })).toEqual([
      'index.html: /lost leads nowhere',
      'index.html: /guide#fly: guide.html has no such place',
    ])
  })
})
