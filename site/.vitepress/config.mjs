import { defineConfig } from 'vitepress'
import { menus } from '../build/menus.mjs'

export default defineConfig({
  title: 'Atoll',
  description: "The AT Protocol's server side as small TypeScript packages",
  srcDir: '.content',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  cleanUrls: true,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/atoll.svg' }]],
  lastUpdated: false,
  // Prose of the project is plain Markdown: nothing in it is a Vue template.
  markdown: { config: extendMarkdown, anchor: { slugify } },
  themeConfig: { logo: '/atoll.svg', ...(await menus()), search: { provider: 'local' }, outline: [2, 3] },
})

function extendMarkdown(markdown) {
  literalBraces(markdown)
  fileNames(markdown)
}

/** A block that is a file has its name above it: ```ts [server.ts]. */
function fileNames(markdown) {
  const { fence } = markdown.renderer.rules
  markdown.renderer.rules.fence = (...args) => {
    const file = /\[(?<name>[^\]]+)\]/.exec(args[0][args[1]].info)?.groups.name
    const block = fence(...args)
    return file === undefined ? block : `<div class="block-file">${markdown.utils.escapeHtml(file)}</div>${block}`
  }
}

/** Vue reads `{{ … }}` in text as an expression: here it never is. */
function literalBraces(markdown) {
  const { text } = markdown.renderer.rules
  markdown.renderer.rules.text = (...args) =>
    (text ? text(...args) : markdown.utils.escapeHtml(args[0][args[1]].content)).replaceAll('{{', '&#123;&#123;')
}

/** The anchor of a heading as in the repository, so that one link works in both. */
function slugify(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}
