// The tasks that package.json names, each a list of commands. Run through on-pinned-node.mjs.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [task, ...rest] = process.argv.slice(2)

/** JavaScript only: running the programs needs no declarations. */
const buildPrograms = {
  run: ['turbo', 'run', 'build', '--filter=@atoll/devnet', '--output-logs=errors-only', '--log-order=grouped'],
  env: { ATOLL_TYPES: '0' },
  quiet: true,
}

/** The packages that examples use. */
const buildForExamples = { ...buildPrograms, run: [...buildPrograms.run, '--filter=@atoll/examples^...'] }

const tasks = {
  start: [buildPrograms, { run: [process.execPath, 'packages/devnet/dist/main.js', ...rest] }],
  firehose: [{ run: [process.execPath, 'packages/devnet/dist/follow.js', ...rest] }],
  pds: [buildPrograms, { run: [process.execPath, 'apps/pds/dist/main.js', ...rest] }],
  example: [buildForExamples, { run: [process.execPath, `examples/src/${rest[0]}.ts`, ...rest.slice(1)] }],
  build: [{ run: ['turbo', 'run', 'build', ...rest] }],
  format: [{ run: ['biome', 'check', '--write', ...(rest.length > 0 ? rest : ['.'])] }],
  lint: [
    { run: ['biome', 'check', '.'] },
    { run: [process.execPath, 'scripts/check-layers.mjs'] },
    { run: [process.execPath, 'scripts/check-style.mjs'] },
  ],
  typecheck: [{ run: ['tsc', '-p', 'tsconfig.json'] }],
  changeset: [{ run: ['changeset', ...rest] }],
  rehearse: [
    { run: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
    { run: [process.execPath, 'scripts/rehearse.mjs', ...rest] },
  ],
  release: [{ run: [process.execPath, 'scripts/release.mjs', ...rest] }],
  // End-to-end tests start the built programs.
  test: [buildPrograms, { run: ['vitest', 'run', ...rest] }],
  generate: [{ run: [process.execPath, 'scripts/generate.mjs', ...rest] }],
  vectors: [{ run: [process.execPath, 'scripts/vectors.mjs', ...rest] }],
  bench: [buildPrograms, { run: [process.execPath, 'bench/src/main.ts', ...rest] }],
  'bench:profile': [buildPrograms, { run: [process.execPath, 'bench/src/profile-main.ts', ...rest] }],
  'bench:packages': [{ run: [process.execPath, 'scripts/bench-packages.mjs', ...rest] }],
  runtimes: [
    { run: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
    { run: [process.execPath, 'scripts/check-runtimes.mjs', ...rest] },
  ],
  site: [{ run: [process.execPath, 'site/build/main.mjs', ...rest] }],
  'check:blocks': [
    { run: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
    { run: [process.execPath, 'scripts/check-code-blocks.mjs', ...rest] },
  ],
  sizes: [
    { run: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
    { run: [process.execPath, 'scripts/bundle-sizes.mjs', ...rest] },
  ],
  importers: [
    { run: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
    { run: [process.execPath, 'scripts/check-published.mjs', ...rest] },
  ],
  audit: [{ run: [process.execPath, 'scripts/audit.mjs', ...rest] }],
  fuzz: [{ run: [process.execPath, 'scripts/fuzz.mjs', ...rest] }],
  faults: [buildPrograms, { run: [process.execPath, 'scripts/faults.mjs', ...rest] }],
  check: [
    { run: ['biome', 'ci', '--colors=off', '.'] },
    { run: [process.execPath, 'scripts/check-layers.mjs'] },
    { run: [process.execPath, 'scripts/check-style.mjs'] },
    { run: ['tsc', '-p', 'tsconfig.json'] },
    { run: [process.execPath, 'scripts/generate.mjs', '--check'] },
    { run: [process.execPath, 'scripts/vectors.mjs', '--check'] },
    { run: ['knip', '--no-config-hints'] },
    { run: [process.execPath, 'scripts/check-commands.mjs'] },
    { run: [process.execPath, 'scripts/check-promises.mjs'] },
    { run: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
    { run: [process.execPath, 'scripts/check-code-blocks.mjs'] },
    { run: [process.execPath, 'scripts/check-published.mjs'] },
    { run: [process.execPath, 'scripts/bundle-sizes.mjs'] },
    { run: [process.execPath, 'scripts/check-runtimes.mjs', 'node', 'web'] },
  ],
}

const steps = tasks[task]
if (!steps) refuse(`No task '${task ?? ''}': there are ${Object.keys(tasks).join(', ')}.`)
if (task === 'example' && !examples().includes(rest[0])) {
  refuse(`No example '${rest[0] ?? ''}': there are ${examples().join(', ')}.`)
}

let running
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && running?.kill(signal))

for (const { run, env, quiet } of steps) {
  const code = await execute(run, env, quiet)
  if (code !== 0) process.exit(code)
}

function refuse(message) {
  console.error(message)
  process.exit(2)
}

function examples() {
  const files = globSync('examples/src/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return files.map((file) => basename(file, '.ts')).sort()
}

function execute([command, ...args], env, quiet) {
  return new Promise((resolve) => {
    const output = []
    running = spawn(command, args, {
      cwd: root,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...env, TURBO_TELEMETRY_DISABLED: '1' },
    })
    running.stdout?.on('data', (chunk) => output.push(chunk))
    running.stderr?.on('data', (chunk) => output.push(chunk))
    running.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve(1)
    })
    running.on('exit', (code, signal) => {
      if (quiet && code !== 0) process.stderr.write(Buffer.concat(output))
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143))
    })
  })
}
