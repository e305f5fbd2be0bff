import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from './codegen.ts'
import type { LexiconDoc } from './document.ts'

const [from, to, flag] = process.argv.slice(2)
if (from === undefined || to === undefined) {
  console.error('usage: atoll-lexicon-codegen <folder of documents> <folder of modules> [--check]')
  process.exit(2)
}

const files = generate(readDocuments(from))
const stale = staleFiles(to, files)
if (flag === '--check') {
  for (const file of stale) console.error(`${join(to, file)} is not what ${from} generates`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const file of stale) writeModule(join(to, file), files.get(file))
  console.log(`${files.size} modules, ${stale.length} changed`)
}

function readDocuments(folder: string): LexiconDoc[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/** Modules whose text differs, and modules that no document accounts for any more. */
function staleFiles(folder: string, files: ReadonlyMap<string, string>): string[] {
  const there = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  return Array.from(new Set([...there, ...files.keys()])).filter((name) => {
    return !there.includes(name) || readFileSync(join(folder, name), 'utf8') !== files.get(name)
  })
}

function writeModule(file: string, text: string | undefined): void {
  if (text === undefined) rmSync(file)
  else writeFileSync(file, text)
}
