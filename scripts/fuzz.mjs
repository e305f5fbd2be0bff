// Feeds mutated inputs to the parsers of foreign bytes: the targets exported by *.fuzz.ts files
// beside the code.
//   npm run fuzz -- [package …] [--seconds n] [--seed n] [--target name] [--run n]
// Each target runs for 5 seconds by default.
// Reports crashes (errors other than the declared ones), hangs over a second, memory over 256 MB;
// exits with 1 on any. Inputs depend only on the seed and the number of the run, so every
// finding can be repeated.
import { parseArgs } from 'node:util'
import { bundleFuzzTargets, run, sourcesNamed } from './bundle-sources.mjs'

const { values: options, positionals: packages } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    target: { type: 'string' },
    run: { type: 'string' },
  },
})
const files = sourcesNamed('fuzz', packages)
if (files.length === 0) {
  console.error(`No *.fuzz.ts in ${packages.length > 0 ? packages.join(', ') : 'any package'}.`)
  process.exit(2)
}

const seed = options.seed ?? String(Math.floor(Math.random() * 2 ** 31))
const env = {
  ATOLL_FUZZ_SEED: seed,
  ATOLL_FUZZ_SECONDS: options.seconds ?? '5',
  ATOLL_FUZZ_TARGET: options.target ?? '',
  ATOLL_FUZZ_RUN: options.run ?? '',
}
console.log(`seed ${seed}`)
let failed = false
for (const file of files) {
  console.log(`\n— ${file}`)
  const code = await run(await bundleFuzzTargets(file), env, ['--max-old-space-size=256', '--enable-source-maps'])
  if (code !== 0) {
    failed = true
    if (code !== 1) console.log(`FAIL the process died with ${code}: out of memory, or a hang`)
  }
}
process.exit(failed ? 1 : 0)
