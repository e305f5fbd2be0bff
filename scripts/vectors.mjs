// Writes the interoperability vectors of interop/. With `--check` it writes nothing, and fails when
// something would change.
import { bundle, root, run } from './bundle-sources.mjs'

process.exitCode = await run(await bundle('interop/generate/main.ts'), {}, [], process.argv.slice(2), root)
