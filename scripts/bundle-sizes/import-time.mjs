// How long Node takes to import a module: in a process of its own, which has imported nothing.
import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/**
 * The shortest of several imports, in milliseconds: what else the machine does makes one longer and
 * never shorter.
 */
export async function importMs(file, runs = 7) {
  let shortest = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) shortest = Math.min(shortest, await timeOf(file))
  return Math.ceil(shortest)
}

async function timeOf(file) {
  const program = `
    const start = performance.now()
    await import(${JSON.stringify(pathToFileURL(file).href)})
    console.log(performance.now() - start)
    process.exit()`
  const args = ['--input-type=module', '--no-warnings', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return Number(stdout)
}
