import { defineConfig } from 'vitepress'
import { menus } from '../build/menus.mjs'

export default defineConfig({
  title: 'Atoll',
  description: "The AT Protocol's server side as small TypeScript packages",
  srcDir: '.content',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  cleanUrls: true,
  lastUpdated: false,
  // Prose of the project is plain Markdown: nothing in it is a Vue template.
  markdown: { config: (markdown) => literalBraces(markdown), anchor: { slugify } },
  themeConfig: { ...(await menus()), search: { provider: 'local' }, outline: [2, 3] },
})

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
