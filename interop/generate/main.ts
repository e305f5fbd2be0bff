// Writes every page of vectors below interop/. With `--check` it writes nothing, and fails when a
// committed file differs.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cryptoVectors } from './crypto.ts'
import { dataModelVectors } from './data-model.ts'
import { firehoseVectors } from './firehose.ts'
import { lexiconVectors } from './lexicon.ts'
import { mstVectors } from './mst.ts'
import { plcVectors } from './plc.ts'
import { syntaxVectors } from './syntax.ts'

// One line per page. A generator checks its vectors against the oracles, and throws on a difference
// without a decision.
const pages = [syntaxVectors, dataModelVectors, cryptoVectors, plcVectors, mstVectors, firehoseVectors, lexiconVectors]

const folder = join(process.cwd(), 'interop')
const isCheck = process.argv.includes('--check')

const files = new Map<string, string>()
const failures: string[] = []
for (const page of pages) {
  try {
    for (const [file, content] of await page()) files.set(file, content)
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error))
  }
}
if (failures.length === 0) failures.push(...(isCheck ? differences() : written()))
for (const failure of failures) console.error(failure)
if (failures.length > 0) process.exit(1)
console.log(`vectors: ${files.size} files ${isCheck ? 'are as generated' : 'written'}`)

function differences(): string[] {
  const changed = [...files].filter(([file, content]) => contentOf(file) !== content).map(([file]) => file)
  return [
    ...changed.map((file) => `interop/${file} differs from what 'npm run vectors' writes`),
    ...leftOver().map((file) => `interop/${file} is written by no generator`),
  ]
}

function written(): string[] {
  for (const [file, content] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), content)
  }
  for (const file of leftOver()) rmSync(join(folder, file))
  return []
}

/** Vectors of the generated pages that no generator makes any more. */
function leftOver(): string[] {
  const names = new Set([...files.keys()].map((file) => file.split('/')[0]!))
  return [...names]
    .flatMap((page) => globSync(`${page}/**/*.{txt,json}`, { cwd: folder }))
    .filter((file) => !files.has(file))
}

function contentOf(file: string): string | undefined {
  const path = join(folder, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
