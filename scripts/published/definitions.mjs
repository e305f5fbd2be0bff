// Asks TypeScript's language server, as an editor does, where imported names are defined.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run } from './command.mjs'

/** One sentence for each main entry whose definitions are not found in the sources. */
export async function definitionFaults(project, entries) {
  const file = join(project, 'definitions.ts')
  const asked = []
  const lines = []
  for (const { specifier, manifest } of entries) {
    const [name] = await namesOf(project, specifier)
    if (name === undefined) continue
    lines.push(`export { ${name} as _${lines.length} } from '${specifier}'`)
    asked.push({ specifier, package: manifest.name, name, line: lines.length, offset: 'export { '.length + 1 })
  }
  writeFileSync(file, `${lines.join('\n')}\n`)
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { module: 'nodenext', target: 'es2022', types: ['node'] },
      files: ['definitions.ts'],
    }),
  )
  const server = startServer(project)
  try {
    server.tell('open', { file })
    const faults = []
    for (const { specifier, package: owner, name, line, offset } of asked) {
      const found = await server.ask('definition', { file, line, offset })
      const place = found?.[0]?.file ?? 'nowhere'
      if (!/\/src\/.*\.ts$/.test(place) || place.endsWith('.d.ts')) {
        faults.push(`the definition of ${name} of ${specifier} leads to ${place}, not to the sources of ${owner}`)
      }
    }
    return faults
  } finally {
    server.stop()
  }
}

/** What an entry exports at run time, sorted. */
async function namesOf(project, specifier) {
  const code = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(specifier)}))))`
  const { output } = await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', code], {
    cwd: project,
  })
  return JSON.parse(output)
}

function startServer(project) {
  const program = join(project, 'node_modules', 'typescript', 'lib', 'tsserver.js')
  const child = spawn(process.execPath, [program, '--disableAutomaticTypingAcquisition'], {
    cwd: project,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const waiting = new Map()
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return
    const { type, request_seq: number, body } = JSON.parse(line)
    if (type === 'response') waiting.get(number)?.(body)
  })
  let number = 0
  const tell = (command, args) => {
    number++
    child.stdin.write(`${JSON.stringify({ seq: number, type: 'request', command, arguments: args })}\n`)
    return number
  }
  return {
    tell,
    ask: (command, args) => new Promise((resolve) => waiting.set(tell(command, args), resolve)),
    stop: () => child.kill(),
  }
}
