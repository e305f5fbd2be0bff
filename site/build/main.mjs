// Builds the documentation site into `site/dist`, and checks it: no dead link, and pages that fit
// a phone. `npm run site`; with `serve` it then serves what it has built, on port 4173.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installTools } from './install.mjs'

installTools()
const { assemble } = await import('./assemble.mjs')
const { writeApi } = await import('./api.mjs')
const { deadLinks } = await import('./links.mjs')
const { lookAtPages } = await import('./look.mjs')
const { repositoryAddress } = await import('./repository.mjs')
const { site } = await import('./places.mjs')

const repository = repositoryAddress()
const faults = assemble(repository)
const entries = await writeApi(repository)
await vitepress('build')
faults.push(...deadLinks(join(site, 'dist')))
const seen = await lookAtPages()
const unseen = 'the pages were not looked at: there is no Chromium or Chrome here'
if (!seen && process.env.CI) faults.push(unseen)
else if (!seen) console.warn(`site: ${unseen}`)
faults.push(...(seen ?? []))
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
console.log(`site: built into site/dist, with the reference of ${entries.length} entries; no link is dead`)
if (process.argv[2] === 'serve') await vitepress('preview')

function vitepress(command) {
  return new Promise((resolve, reject) => {
    const program = join(site, 'node_modules/vitepress/bin/vitepress.js')
    const child = spawn(process.execPath, [program, command, site], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`VitePress ends with ${code}`))))
  })
}
