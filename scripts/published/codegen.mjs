// Generates modules from a lexicon of the importer's own, which refers to published ones, compiles
// them as a plain project does, and runs what came out.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'

export async function codegenFaults(project, compilers = ['oldest', 'newest']) {
  const folder = join(project, 'codegen')
  cpSync(join(import.meta.dirname, 'project', 'codegen'), folder, { recursive: true })
  mkdirSync(join(folder, 'src', 'lexicons'), { recursive: true })
  writeFileSync(join(folder, 'src', 'lexicons', 'own.ts'), 'export const own = true\n')
  const command = join(project, 'node_modules', '.bin', 'atoll-lexicon-codegen')
  const generated = await run(command, ['lexicons', 'src/lexicons', '--import', '@atoll/lexicons'], { cwd: folder })
  if (generated.code !== 0) return [`atoll-lexicon-codegen:\n${generated.output}`]
  const faults = existsSync(join(folder, 'src', 'lexicons', 'own.ts'))
    ? []
    : ['atoll-lexicon-codegen: a source of the project is gone']
  for (const compiler of compilers) {
    const program = join(project, 'node_modules', `typescript-${compiler}`, 'bin', 'tsc')
    const compiled = await run(process.execPath, [program, '--pretty', 'false', '-p', folder], { cwd: folder })
    if (compiled.code !== 0) faults.push(`generated code, the ${compiler} TypeScript:\n${compiled.output}`)
  }
  const ran = await run(process.execPath, [join(folder, 'dist', 'main.js')], { cwd: folder })
  return ran.code === 0 ? faults : [...faults, `generated code, compiled:\n${ran.output}`]
}
