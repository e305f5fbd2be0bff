import { type FuzzFailure, type FuzzOptions, type FuzzTarget, fuzz } from './fuzz.ts'

/**
 * Runs the targets of one file with the settings of `npm run fuzz`, prints the results, and fails
 * the process on failures.
 */
export async function fuzzMain(file: string, targets: readonly FuzzTarget[]): Promise<void> {
  const env = process.env
  const seed = Number(env['ATOLL_FUZZ_SEED'])
  const options: FuzzOptions = {
    seed,
    seconds: Number(env['ATOLL_FUZZ_SECONDS']),
    ...(env['ATOLL_FUZZ_RUN'] ? { from: Number(env['ATOLL_FUZZ_RUN']), runs: 1 } : {}),
  }
  for (const target of targets) {
    const only = env['ATOLL_FUZZ_TARGET']
    if (only && target.name !== only) continue
    const { runs, taken, slowestMs, failures } = await fuzz(target, options)
    const figures = `${runs} runs, ${taken} taken, slowest ${slowestMs.toFixed(1)} ms`
    console.log(`${failures.length === 0 ? 'ok  ' : 'FAIL'} ${target.name}: ${figures}`)
    for (const failure of failures) console.log(describe(file, target, seed, failure))
    if (failures.length > 0) process.exitCode = 1
  }
}

function describe(file: string, target: FuzzTarget, seed: number, { run, kind, detail, input }: FuzzFailure): string {
  const hex = Buffer.from(input.subarray(0, 500)).toString('hex')
  return [
    `  ${kind} in run ${run}: ${detail}`,
    `  input, ${input.length} bytes: ${hex}${input.length > 500 ? '…' : ''}`,
    `  again: npm run fuzz -- ${file.split('/')[1]} --target '${target.name}' --seed ${seed} --run ${run}`,
  ].join('\n')
}
