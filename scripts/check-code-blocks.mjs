// Runs every code block of the site's pages, of READMEs and of documents, each page in a project
// folder of its own (`code-blocks/run-page.mjs` has the rules), and type-checks their TypeScript as
// a plain project would. Packages must have been built. Arguments: pages; default: all.
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './bundle-sources.mjs'
import { runPage } from './code-blocks/run-page.mjs'
import { typeFaults } from './code-blocks/types.mjs'

const asked = process.argv.slice(2)
const pages =
  asked.length > 0
    ? asked
    : globSync(['*.md', 'docs/**/*.md', 'site/pages/**/*.md', '{packages,apps}/*/README.md'], { cwd: root }).sort()

const waiting = [...pages]
const results = []
await Promise.all(Array.from({ length: availableParallelism() }, worker))
const faults = results.flatMap((result) => result.faults)
faults.push(...typeFaults(results.flatMap(({ programs }) => programs)))
for (const { done } of results) done()
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
console.log(
  `code blocks: those of ${pages.length} pages run, ${results.flatMap(({ programs }) => programs).length} programs type-checked`,
)

async function worker() {
  for (let page = waiting.shift(); page; page = waiting.shift()) {
    results.push(await runPage(page, readFileSync(join(root, page), 'utf8'), { packages: installed(page) }))
  }
}

/** A package's README is read by someone who has installed that package and what it depends on. */
function installed(page) {
  if (!/^(?:packages|apps)\//.test(page)) return []
  const manifest = JSON.parse(readFileSync(join(root, dirname(page), 'package.json'), 'utf8'))
  return [manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })]
}
