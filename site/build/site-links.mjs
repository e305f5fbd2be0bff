// Turns the links of a document, which work in the repository, into links that work on the site.
import { posix } from 'node:path'

const link = /(?<=\]\()(?!https?:|mailto:|#)(?<target>[^)\s#]*)(?<anchor>#[^)\s]*)?(?=\))/g

/**
 * The text of a document of the repository as it is on the site. Links to other documents on the
 * site are relative; all else is linked in the repository. What is published links to the
 * repository already, since the rest of it is not in the package.
 *
 * `places` has the place on the site of each document; `kindOf` says what a path of the project is:
 * `file`, `folder` or `undefined`. `onDead` is told of each link to what does not exist.
 */
export function withSiteLinks(text, { file, places, repository, kindOf, onDead }) {
  return outsideBlocks(text, (prose) =>
    prose
      .replaceAll(`${repository}/blob/main/`, '//')
      .replaceAll(`${repository}/tree/main/`, '//')
      .replaceAll(link, (...match) => {
        const { target, anchor = '' } = match.at(-1)
        return siteLink(target) + anchor
      }),
  )

  function siteLink(target) {
    if (/^\/[^/]/.test(target)) return target
    const fromRoot = target.startsWith('//') ? target.slice(2) : posix.join(posix.dirname(file), target)
    const path = posix.normalize(fromRoot).replace(/\/$/, '')
    const there = places.get(path) ?? places.get(`${path}/README.md`)
    if (there !== undefined) {
      const relative = posix.relative(posix.dirname(places.get(file)), there)
      return relative.startsWith('.') ? relative : `./${relative}`
    }
    const kind = kindOf(path)
    if (kind === undefined) onDead(target)
    return `${repository}/${kind === 'folder' ? 'tree' : 'blob'}/main/${path}`
  }
}

/** Changes what is not in a code block. */
function outsideBlocks(text, change) {
  return text
    .split(/(^ *```.*?^ *```$)/ms)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('')
}
