// Gathers the pages: those in `pages/`, the READMEs, and `docs/`.
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { content, places as findPlaces, root, site } from './places.mjs'
import { withSiteLinks } from './site-links.mjs'

/** Writes the pages, and returns one sentence for each link to what does not exist. */
export function assemble(repository) {
  rmSync(content, { recursive: true, force: true })
  const places = findPlaces()
  const faults = []
  for (const [file, place] of places) {
    const to = join(content, place)
    mkdirSync(dirname(to), { recursive: true })
    const onDead = (target) => faults.push(`${file}: links to ${target}, which does not exist`)
    const text = readFileSync(join(root, file), 'utf8')
    writeFileSync(to, withSiteLinks(text, { file, places, repository, kindOf, onDead }))
  }
  cpSync(join(site, 'public'), join(content, 'public'), { recursive: true })
  return faults
}

function kindOf(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false })
  return found && (found.isDirectory() ? 'folder' : 'file')
}
