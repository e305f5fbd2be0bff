// Checks every public package as npm would get it: with publint (its manifest) and attw (its types,
// for ESM). Packages must have been built.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicPackages } from './release/packages.mjs'
import { packAll } from './release/tarballs.mjs'

const packages = publicPackages('.')
const tarballs = mkdtempSync(join(tmpdir(), 'published-'))
const tarballOf = await packAll('.', packages, tarballs)

const failures = []
const waiting = [...packages]
await Promise.all(Array.from({ length: availableParallelism() }, worker))
rmSync(tarballs, { recursive: true })
for (const { folder, output } of failures) console.error(`${folder}:\n${output}`)
if (failures.length > 0) process.exit(1)
console.log(`published: ${packages.length} packages are well-formed`)

async function worker() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const {
      folder,
      manifest: { name },
    } = next
    const wellFormed = await run('publint', ['--strict', folder])
    const types = await run('attw', [tarballOf.get(name), '--profile', 'esm-only', '--format', 'ascii', '--quiet'])
    for (const { code, output } of [wellFormed, types]) if (code !== 0) failures.push({ folder, output })
  }
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('exit', (code) => resolve({ code, output }))
  })
}
