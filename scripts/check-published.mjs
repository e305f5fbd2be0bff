// Checks every public package as npm would get it: with publint (its manifest) and attw (its types,
// for ESM). Packages must have been built.
import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'

const folders = globSync(['packages/*/package.json', 'apps/*/package.json'])
  .filter((file) => JSON.parse(readFileSync(file, 'utf8')).private !== true)
  .map(dirname)
  .sort()

const failures = []
const waiting = [...folders]
await Promise.all(Array.from({ length: availableParallelism() }, worker))
for (const { folder, output } of failures) console.error(`${folder}:\n${output}`)
if (failures.length > 0) process.exit(1)
console.log(`published: ${folders.length} packages are well-formed`)

async function worker() {
  for (let folder = waiting.shift(); folder; folder = waiting.shift()) {
    const manifest = await run('publint', ['--strict', folder])
    const types = await run('attw', ['--pack', folder, '--profile', 'esm-only', '--format', 'ascii', '--quiet'])
    for (const { code, output } of [manifest, types]) if (code !== 0) failures.push({ folder, output })
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
