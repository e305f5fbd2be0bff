import { describe, expect, it } from 'vitest'
import { codeBlocks } from './extract.mjs'
import { runPage } from './run-page.mjs'
import { typeFaults } from './types.mjs'

/** The text of a page: its blocks, each as fence and code. */
const page = (...blocks) => blocks.map(([info, code]) => `\`\`\`${info}\n${code}\n\`\`\`\n`).join('\nprose\n\n')

async function faultsOf(text) {
  const { faults, done } = await runPage('page.md', text)
  done()
  return faults
}

describe('codeBlocks', () => {
  it('reads language, file, flags, line and code, also of indented blocks', () => {
    expect(codeBlocks('# Title\n\n```ts [a/b.ts] background\nlet x\n```\n- item\n  ```sh\n  ls\n  ```\n')).toEqual([
      { language: 'ts', file: 'a/b.ts', flags: ['background'], line: 3, code: 'let x\n' },
      { language: 'sh', file: undefined, flags: [], line: 7, code: 'ls\n' },
    ])
  })
})

describe('runPage', () => {
  it('runs programs, files and commands in one folder, and compares what they print', async () => {
    const text = page(
      ['ts [tide.ts]', 'export const metres: number = 2'],
      ['ts', "import { metres } from './tide.ts'\nconsole.log('tide', metres, Math.random())"],
      ['text output', 'tide 2 …'],
      ['sh', 'ls *.json'],
      ['text output', 'package.json'],
      ['json', '{}'],
      ['sh checked-by=package.json', 'exit 1'],
    )
    expect(await faultsOf(text)).toEqual([])
  })

  it.each([
    ['a program that fails', page(['ts', "throw new Error('no tide')"]), 'page.md:1: ends with 1'],
    ['a command that fails', page(['sh', 'false']), 'page.md:1: ends with 1'],
    [
      'other output',
      page(['ts', 'console.log(1)'], ['text output', '2']),
      'page.md:7: says that the block before prints',
    ],
    ['JSON that is none', page(['json', '{']), 'page.md:1: Expected property name'],
    ['a library that the page does not install', page(['ts', "import 'kysely'"]), "Cannot find package 'kysely'"],
    ['a package that does not exist', page(['sh', 'npm install left-reef']), 'left-reef is neither'],
    ['a language that nothing runs', page(['cobol', 'STOP RUN.']), "nothing runs a block of 'cobol'"],
    ['a test that does not exist', page(['sh checked-by=lost.test.ts', 'ls']), 'there is no lost.test.ts'],
    ['a server that ends at once', page(['ts background', 'process.exit(3)']), 'page.md:1: ends with 3'],
  ])('tells of %s', async (_name, text, expected) => {
    const faults = await faultsOf(text)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(expected)
  })
})

describe('typeFaults', () => {
  it('tells the page and the line of a wrong type', async () => {
    const { programs, done } = await runPage('page.md', page(['ts', "\nconst tide: number = 'high'\nvoid tide"]))
    const faults = typeFaults(programs)
    done()
    expect(faults).toEqual(["page.md:3: Type 'string' is not assignable to type 'number'."])
  })
})
