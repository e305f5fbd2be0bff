// Runs the example of every package's README: the first block marked `ts`, as a newcomer would
// paste it into a file.
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundle, root, run } from './bundle-sources.mjs'

const failures = []
// Files that examples write go here.
const folder = mkdtempSync(join(tmpdir(), 'readmes-'))
const readmes = globSync('packages/*/README.md', { cwd: root }).sort()
for (const readme of readmes) {
  const example = /^```ts\n(?<code>.*?)^```$/ms.exec(readFileSync(join(root, readme), 'utf8'))
  if (!example) {
    failures.push(`${readme}: there is no example`)
    continue
  }
  const file = join(dirname(readme), 'node_modules', '.cache', 'atoll', 'readme-example.ts')
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), example.groups.code)
  try {
    const code = await run(await bundle(file), {}, ['--no-warnings'], [], folder)
    if (code !== 0) failures.push(`${readme}: its example ends with ${code}`)
  } catch (error) {
    failures.push(`${readme}: its example does not build: ${error.message}`)
  }
  rmSync(join(root, file), { force: true })
}
rmSync(folder, { recursive: true, force: true })
for (const failure of failures) console.error(failure)
if (failures.length > 0) process.exit(1)
console.log(`readmes: ${readmes.length} examples run`)
