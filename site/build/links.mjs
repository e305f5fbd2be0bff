// Finds dead links in the built pages: each link within the site must lead to a page, and its
// anchor to an element of that page.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** One sentence for each dead link in the pages of a folder. */
export function deadLinks(dist) {
  const pages = new Map(globSync('**/*.html', { cwd: dist }).map((file) => [file, pageOf(join(dist, file))]))
  return [...pages].flatMap(([file, { links }]) =>
    [...links].flatMap((link) => {
      const { pathname, hash } = new URL(link, `http://site/${file}`)
      const target = posix.normalize(decodeURI(pathname)).replace(/^\//, '')
      const candidates = [target, `${target}.html`, posix.join(target, 'index.html')]
      const found = candidates.find((path) => pages.has(path))
      if (!found) return existsSync(join(dist, target)) && target !== '' ? [] : [`${file}: ${link} leads nowhere`]
      const id = decodeURIComponent(hash.slice(1))
      return id === '' || pages.get(found).ids.has(id) ? [] : [`${file}: ${link}: ${found} has no such place`]
    }),
  )
}

function pageOf(file) {
  const html = readFileSync(file, 'utf8')
  const links = [...html.matchAll(/<a\s[^>]*?href="(?<href>[^"]*)"/g)].map(({ groups }) =>
    groups.href.replaceAll('&amp;', '&'),
  )
  return {
    links: new Set(links.filter((link) => !/^[a-z]+:/.test(link))),
    ids: new Set([...html.matchAll(/\sid="(?<id>[^"]*)"/g)].map(({ groups }) => groups.id)),
  }
}
