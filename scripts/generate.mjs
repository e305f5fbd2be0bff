// Writes packages/lexicons/src from lexicons/. With `--check` it writes nothing, and fails when something would change.
import { pathToFileURL } from 'node:url'
import { bundle, root } from './bundle-sources.mjs'

process.chdir(root)
process.argv.splice(2, 0, 'lexicons', 'packages/lexicons/src')
await import(pathToFileURL(await bundle('packages/lexicon/src/codegen-cli.ts')).href)
