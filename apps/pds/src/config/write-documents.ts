import { writeDocuments } from '@atoll/process'
import { exampleDocument, settingsDocument } from './documents.ts'

// Writes the documents that come from the settings; with `--check`, fails instead when one of them
// would change.
const check = process.argv.includes('--check')
const outdated = writeDocuments(
  { 'docs/settings.md': settingsDocument(), 'apps/pds/.env.example': exampleDocument() },
  { check },
)
if (check) {
  for (const file of outdated) console.error(`${file} is not what the settings generate`)
  if (outdated.length > 0) process.exitCode = 1
}
