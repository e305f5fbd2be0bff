// Asks TypeScript's language server, as an editor does, where imported names are defined.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onFreeCore, run } from './command.mjs'

/** One sentence for each entry whose definitions are not found in the sources. */
export async function definitionFaults(project, entries) {
  const names = await firstNames(project, entries)
  const asked = entries
    .map(({ specifier, manifest }, index) => ({ specifier, owner: manifest.name, name: names[index] }))
    .filter(({ name }) => name !== undefined)
  const file = join(project, 'definitions.ts')
  const lines = asked.map(({ specifier, name }, index) => `export { ${name} as _${index} } from '${specifier}'\n`)
  writeFileSync(file, lines.join(''))
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { module: 'nodenext', target: 'es2022', types: ['node'] },
      files: ['definitions.ts'],
    }),
  )
  const places = await onFreeCore(() => definitionsIn(project, file, lines.length))
  return asked.flatMap(({ specifier, owner, name }, index) =>
    isSource(places[index])
      ? []
      : [`the definition of ${name} of ${specifier} leads to ${places[index]}, not to the sources of ${owner}`],
  )
}

const isSource = (place) => /\/src\/.*\.ts$/.test(place) && !place.endsWith('.d.ts')

/** Where the name at the begin of each line of `file` is defined. */
async function definitionsIn(project, file, count) {
  const server = startServer(project)
  try {
    server.tell('open', { file })
    const places = []
    for (let line = 1; line <= count; line++) {
      const found = await server.ask('definition', { file, line, offset: 'export { '.length + 1 })
      places.push(found?.[0]?.file ?? 'nowhere')
    }
    return places
  } finally {
    server.stop()
  }
}

/** The first name that each entry exports at run time; `undefined` where there is none. */
async function firstNames(project, entries) {
  const specifiers = JSON.stringify(entries.map(({ specifier }) => specifier))
  const code = `
    const names = []
    for (const specifier of ${specifiers}) names.push(Object.keys(await import(specifier))[0] ?? null)
    console.log(JSON.stringify(names))
    process.exit()`
  const { output } = await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', code], {
    cwd: project,
  })
  return JSON.parse(output).map((name) => name ?? undefined)
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
