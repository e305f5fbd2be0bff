// Runs the programs of the packages' READMEs in a project that has them installed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { codeBlocks } from '../code-blocks/extract.mjs'
import { eachOf, run } from './command.mjs'

/** One sentence for each program that does not end with 0. */
export async function readmeFaults(project, names) {
  const programs = names.flatMap((name) => {
    const folder = join(project, 'readmes', name)
    mkdirSync(folder, { recursive: true })
    const blocks = codeBlocks(readFileSync(join(project, 'node_modules', name, 'README.md'), 'utf8'))
    for (const { file, code } of blocks.filter(({ file }) => file !== undefined)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), code)
    }
    return blocks
      .filter(({ language, file, flags }) => language === 'ts' && file === undefined && flags.length === 0)
      .map(({ line, code }) => {
        const file = join(folder, `line-${line}.ts`)
        writeFileSync(file, code)
        return { name, line, folder, file }
      })
  })
  const results = await eachOf(programs, availableParallelism(), ({ folder, file }) =>
    run(process.execPath, ['--no-warnings', file], { cwd: folder }),
  )
  return results.flatMap(({ code, output }, index) =>
    code === 0
      ? []
      : [`${programs[index].name}: the program at line ${programs[index].line} of its README:\n${output}`],
  )
}
