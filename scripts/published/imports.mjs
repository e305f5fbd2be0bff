// Imports every entry in one process, as installed.
import { run } from './command.mjs'

/** One sentence for each entry that cannot be imported, or exports nothing. */
export async function importFaults(project, entries, node = process.execPath) {
  const code = `
    const faults = []
    for (const specifier of ${JSON.stringify(entries.map(({ specifier }) => specifier))}) {
      try {
        if (Object.keys(await import(specifier)).length === 0) faults.push(specifier + ' exports nothing')
      } catch (error) {
        faults.push(specifier + ' cannot be imported: ' + error.stack)
      }
    }
    console.log(JSON.stringify(faults))
    process.exit()`
  const { output } = await run(node, ['--no-warnings', '--input-type=module', '--eval', code], { cwd: project })
  try {
    return JSON.parse(output)
  } catch {
    return [`the entries cannot be imported in one process:\n${output}`]
  }
}
