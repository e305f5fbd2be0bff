#!/usr/bin/env node
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from './codegen.ts'
import type { LexiconDoc } from './document/document.ts'
import { LexiconError } from './errors.ts'
import { lintLexicon } from './lint/lint.ts'
import { parseLexicon } from './parse/parse.ts'

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
  const documents = names.sort().map((name) => readDocument(join(folder, name)))
  const byNsid = new Map<string, LexiconDoc>(documents.map((document) => [document.id, document]))
  for (const document of documents) {
    const issues = lintLexicon(document, { find: (nsid) => byNsid.get(nsid) })
    for (const { path, message } of issues) console.error(`${document.id} ${path} ${message}`)
  }
  return documents
}

function readDocument(file: string): LexiconDoc {
  try {
    return parseLexicon(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (!(error instanceof LexiconError) && !(error instanceof SyntaxError)) throw error
    console.error(`${file}: ${error.message}`)
    process.exit(1)
  }
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
