// Gathers the pages: those in `pages/`, the READMEs, and `docs/`. Their links, which work in the
// repository, are turned into links within the site; what is not on it is linked in the repository.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { content, places, root } from './places.mjs'

export function assemble(repository) {
  rmSync(content, { recursive: true, force: true })
  const map = places()
  const faults = []
  for (const [file, place] of map) {
    const text = outsideBlocks(readFileSync(join(root, file), 'utf8'), (prose) =>
      prose
        .replaceAll(`${repository}/blob/main/`, '//')
        .replace(/(?<=\]\()(?!https?:|mailto:|#)(?<target>[^)\s#]*)(?<anchor>#[^)\s]*)?(?=\))/g, (...match) => {
          const { target, anchor = '' } = match.at(-1)
          return linkFrom(file, place, target) + anchor
        }),
    )
    const to = join(content, place)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, text)
  }
  return faults

  function linkFrom(file, place, target) {
    if (/^\/[^/]/.test(target)) return target
    // What is published links to the repository, since the rest of it is not in the package.
    const fromRoot = target.startsWith('//') ? target.slice(2) : posix.join(posix.dirname(file), target)
    const path = posix.normalize(fromRoot).replace(/\/$/, '')
    const there = map.get(path) ?? map.get(`${path}/README.md`)
    if (there !== undefined) {
      const relative = posix.relative(posix.dirname(place), there)
      return relative.startsWith('.') ? relative : `./${relative}`
    }
    const kind = statSync(join(root, path), { throwIfNoEntry: false })
    if (!kind) {
      faults.push(`${file}: links to ${target}, which does not exist`)
      return target
    }
    return `${repository}/${kind.isDirectory() ? 'tree' : 'blob'}/main/${path}`
  }
}

/** Changes what is not in a code block or span. */
function outsideBlocks(text, change) {
  return text
    .split(/(^ *```.*?^ *```$)/ms)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('')
}
