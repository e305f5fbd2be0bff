// Type-checks the import of every entry, declarations of libraries included, with the oldest
// TypeScript that reads them and the newest.
import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2022',
}

/** A project on Node, and one for browsers or Workers, which has no types of Node. */
const projects = {
  nodenext: {
    entries: () => true,
    options: { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], types: ['node'] },
  },
  bundler: {
    entries: ({ nodeOnly, specifier }) => nodeOnly === undefined && !specifier.endsWith('/testing'),
    options: { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'], types: [] },
  },
}

/** One sentence for each combination that does not compile. */
export async function typeFaults(project, entries, compilers = ['oldest', 'newest']) {
  const faults = await Promise.all(
    Object.entries(projects).flatMap(([name, { entries: wanted, options }]) => {
      const folder = writeProject(join(project, 'types', name), entries.filter(wanted), options)
      return compilers.map(async (compiler) => {
        const { code, output } = await compile(project, compiler, folder)
        return code === 0 ? [] : [`the ${compiler} TypeScript (${name}):\n${output}`]
      })
    }),
  )
  return faults.flat()
}

/** A project that imports every one of `entries`, all that it declares included. */
function writeProject(folder, entries, options) {
  mkdirSync(folder, { recursive: true })
  const imports = entries.map(
    ({ specifier }, index) => `import * as entry${index} from '${specifier}'\nvoid entry${index}\n`,
  )
  writeFileSync(join(folder, 'all.ts'), imports.join(''))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...strict, ...options }, files: ['all.ts'] }),
  )
  return folder
}

function compile(project, compiler, folder) {
  const program = join(project, 'node_modules', `typescript-${compiler}`, 'bin', 'tsc')
  return run(process.execPath, [program, '--pretty', 'false', '-p', folder], { cwd: project })
}

/** One sentence for each program of these checks that does not compile with what is installed. */
export async function programFaults(project) {
  const folder = join(project, 'types', 'programs')
  const programs = globSync('*.ts', { cwd: join(import.meta.dirname, 'project') })
  mkdirSync(folder, { recursive: true })
  for (const file of programs) cpSync(join(import.meta.dirname, 'project', file), join(folder, file))
  const compilerOptions = { ...strict, ...projects.nodenext.options, skipLibCheck: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: programs }))
  const { code, output } = await compile(project, 'newest', folder)
  return code === 0 ? [] : [`the programs of the checks:\n${output}`]
}
