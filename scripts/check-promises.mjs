// Fails on a promise of docs/security.md that names no test, or one that does not exist or is
// skipped.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const page = 'docs/security.md'

/**
 * One sentence for each fault. `read` returns the text of a file, or undefined where there is none.
 */
export function promiseFaults(text, read) {
  return text.split('\n').flatMap((row, index) => {
    const [, promise, tests] = /^\| (?<promise>.+?) \| (?<tests>.+) \|$/.exec(row) ?? []
    if (!promise || promise === 'promise') return []
    const named = testsIn(tests)
    const faults = named.length === 0 ? ['names no test'] : named.flatMap((test) => faultOf(test, read) ?? [])
    return faults.map((fault) => `${page}:${index + 1}: '${promise}' ${fault}`)
  })
}

/** The names in quotes, each with the file in backticks before it. */
function testsIn(cell) {
  let file
  return [...cell.matchAll(/`(?<file>[^`]+)`|"(?<name>[^"]+)"/g)].flatMap(({ groups }) => {
    file = groups.file ?? file
    return groups.name === undefined ? [] : [{ file, name: groups.name }]
  })
}

function faultOf({ file, name }, read) {
  const source = file === undefined ? undefined : read(file)
  if (source === undefined) return `names a test in ${file}, which is not there`
  const calls = [
    ...source.matchAll(new RegExp(`(?<call>[\\w.]*)(?<before>\\(\\s*|name: )(['"\`])${escaped(name)}\\3\\s*,`, 'g')),
  ]
  if (calls.length === 0) return `names the test "${name}", which is not in ${file}`
  if (calls.every(({ groups }) => /\.(?:skip|todo)$/.test(groups.call))) {
    return `names the test "${name}", which is skipped`
  }
  return undefined
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function main(root) {
  const read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined)
  const faults = promiseFaults(read(page), read)
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exit(1)
  console.log(`promises: those of ${page} have their tests`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.cwd())
