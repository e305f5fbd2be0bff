import { writeDocuments } from '@atoll/process'
import { exampleDocument, settingsDocument } from '../config/documents.ts'
import { withMethodsTable } from './methods-table.ts'

// Writes the documents that come from the settings and the routes; with `--check`, fails instead
// when one of them would change.
const readme = 'apps/pds/README.md'
const check = process.argv.includes('--check')
const outdated = writeDocuments(
  {
    'docs/settings.md': settingsDocument(),
    'apps/pds/.env.example': exampleDocument(),
    [readme]: withMethodsTable(readme),
  },
  { check },
)
if (check) {
  for (const file of outdated) console.error(`${file} is not what the settings and routes generate`)
  if (outdated.length > 0) process.exitCode = 1
}
