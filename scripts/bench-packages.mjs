// Runs the benchmarks that sit beside the packages' code (*.bench.ts) and prints their ratios.
//   npm run bench:packages -- [package …] [--only text] [--rounds n] [--json file]
// Exits with 1 when a ratio is below its floor. Each file is bundled from sources and runs in its
// own process.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle, root, run, sourcesNamed } from './bundle-sources.mjs'

const { values: options, positionals: packages } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'string' } },
})
const files = sourcesNamed('bench', packages)
if (files.length === 0) {
  console.error(`No *.bench.ts in ${packages.length > 0 ? packages.join(', ') : 'any package'}.`)
  process.exit(2)
}

const machine = {
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  loadAverage: Number(loadavg()[0].toFixed(2)),
}
console.log(
  `node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.cpu}, load ${machine.loadAverage}\n`,
)

const scratch = mkdtempSync(join(tmpdir(), 'atoll-bench-'))
const lines = join(scratch, 'results.jsonl')
const env = {
  ATOLL_BENCH_JSON: lines,
  ...(options.only ? { ATOLL_BENCH_ONLY: options.only } : {}),
  ...(options.rounds ? { ATOLL_BENCH_ROUNDS: options.rounds } : {}),
}
const results = []
let failed = false
try {
  for (const file of files) {
    console.log(`— ${file}\n`)
    writeFileSync(lines, '')
    const code = await run(await bundle(file), env)
    failed ||= code !== 0
    const text = existsSync(lines) ? readFileSync(lines, 'utf8').trim() : ''
    if (text) for (const line of text.split('\n')) results.push({ file, ...JSON.parse(line) })
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

const missed = results.filter((result) => !result.ok)
console.log(`${results.length} benchmarks, ${missed.length} below the floor`)
for (const { name, ratio, floor } of missed) console.log(`  ${name}: x${ratio.toFixed(2)} of x${floor}`)
if (options.json) writeFileSync(join(root, options.json), `${JSON.stringify({ machine, results }, undefined, 2)}\n`)
process.exit(failed ? 1 : 0)
