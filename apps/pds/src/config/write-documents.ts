import { readFileSync, writeFileSync } from 'node:fs'
import { environmentExample, settingsTable } from './settings-documents.ts'

// Writes the documents that come from the settings; with `--check`, fails instead when one of them would change.
const documents = { 'docs/settings.md': settingsTable(), 'apps/pds/.env.example': environmentExample() }
const check = process.argv.includes('--check')

for (const [file, text] of Object.entries(documents)) {
  if (!check) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what the settings generate`)
    process.exitCode = 1
  }
}
