// Runs the programs of the packages' READMEs in a project that has them installed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import typescript from 'typescript'
import { codeBlocks } from '../code-blocks/extract.mjs'
import { run } from './command.mjs'

/** One sentence for each README that an importer cannot follow, and each program that fails. */
export async function readmeFaults(project, names) {
  const faults = await Promise.all(
    names.map(async (name) => {
      const text = readFileSync(join(project, 'node_modules', name, 'README.md'), 'utf8')
      return [...textFaults(name, text), ...(await programFaults(join(project, 'readmes', name), name, text))]
    }),
  )
  return faults.flat()
}

/**
 * A README has a program that needs nothing but packages, and names every package that its programs
 * import: strict package managers give a project nothing that it did not ask for.
 */
export function textFaults(name, text) {
  const blocks = codeBlocks(text).filter(({ language }) => language === 'ts')
  const installed = new Set([name, ...packagesInstalled(text)])
  const missing = new Set(blocks.flatMap(({ code }) => packagesImported(code)).filter((used) => !installed.has(used)))
  return [
    ...(blocks.some(isProgram) ? [] : [`${name}: its README has no program`]),
    ...[...missing].map((used) => `${name}: programs of its README import ${used}, which no 'npm install' there names`),
  ]
}

async function programFaults(folder, name, text) {
  const blocks = codeBlocks(text)
  mkdirSync(folder, { recursive: true })
  for (const { file, code } of blocks.filter(({ file }) => file !== undefined)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), code)
  }
  const faults = await Promise.all(
    blocks.filter(isProgram).map(async ({ line, code: program }) => {
      const file = join(folder, `line-${line}.ts`)
      writeFileSync(file, program)
      const { code, output } = await run(process.execPath, ['--no-warnings', file], { cwd: folder })
      return code === 0 ? [] : [`${name}: the program at line ${line} of its README:\n${output}`]
    }),
  )
  return faults.flat()
}

/** Whether a block runs by itself: those with flags need a network, or run elsewhere. */
function isProgram({ language, file, flags }) {
  return language === 'ts' && file === undefined && flags.length === 0
}

function packagesInstalled(text) {
  const words = [...text.matchAll(/npm install ([^\n`]*)/g)].flatMap(([, names]) => names.split(/\s+/))
  return words.filter((word) => word !== '' && !word.startsWith('-'))
}

function packagesImported(code) {
  return typescript
    .preProcessFile(code)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !/^(?:\.|node:)/.test(specifier))
    .map((specifier) => specifier.match(/^(?:@[^/]+\/)?[^/]+/)[0])
}
