// The menus: what is on the site, in the order in which people look for it.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { content, packages } from './places.mjs'
import { repositoryAddress } from './repository.mjs'

export async function menus() {
  const guides = {
    text: 'Guides',
    items: listed(['guides/import', 'guides/deploy', 'guides/operate', 'guides/swap', 'guides/contribute']),
  }
  const recipes = { text: 'Recipes', items: listed(found('recipes')) }
  const project = {
    text: 'The project',
    items: listed([
      'project/architecture',
      'project/glossary',
      'project/settings',
      'project/security',
      'project/reliability',
      'project/benchmarks',
      ...optional('project/bundle-sizes'),
      'project/contributing',
      ...optional('project/releasing'),
      'project/vulnerabilities',
      'project/examples',
      'project/interop',
    ]),
  }
  const decisions = { text: 'Decisions', collapsed: true, items: listed(found('project/decisions')) }
  const all = packages()
  const readmes = {
    text: 'Packages',
    items: all.map(({ name, manifest }) => ({ text: manifest.name, link: `/packages/${name}` })),
  }
  const reference = {
    text: 'API reference',
    items: all.map(({ name, manifest }) => {
      const entries = globSync(`api/${name}/**/*.md`, { cwd: content }).sort()
      const items = entries.map((file) => ({
        text: `${manifest.name}${file.slice(`api/${name}`.length, -3)}`,
        link: `/${file.slice(0, -3)}`,
      }))
      return { text: manifest.name, link: `/api/${name}`, ...(items.length > 0 ? { items, collapsed: true } : {}) }
    }),
  }
  return {
    nav: [
      { text: 'Guides', link: '/guides/import' },
      { text: 'Recipes', link: recipes.items[0].link },
      { text: 'Packages', link: `/packages/${all[0].name}` },
      { text: 'API', link: '/api/' },
    ],
    sidebar: {
      '/api/': [reference],
      '/packages/': [readmes],
      '/': [
        guides,
        { text: 'From elsewhere', items: listed(['coming-from-atproto']) },
        recipes,
        { ...readmes, collapsed: true },
        project,
        decisions,
      ],
    },
    socialLinks: [{ icon: 'github', link: repositoryAddress() }],
  }
}

function found(folder) {
  return globSync(`${folder}/*.md`, { cwd: content })
    .filter((file) => !file.endsWith('/index.md'))
    .map((file) => file.slice(0, -3))
    .sort()
}

function optional(place) {
  return existsSync(join(content, `${place}.md`)) ? [place] : []
}

/** Each page with its own heading. */
function listed(places) {
  return places.map((place) => {
    const heading = /^# (?<text>.+)$/m.exec(readFileSync(join(content, `${place}.md`), 'utf8'))?.groups.text
    if (heading === undefined) throw new Error(`${place}.md has no heading`)
    return { text: heading, link: `/${place}` }
  })
}
