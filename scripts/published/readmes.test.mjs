import { expect, it } from 'vitest'
import { textFaults } from './readmes.mjs'

const fenced = (info, code) => `\`\`\`${info}\n${code}\n\`\`\`\n`
const program = fenced('ts', "import { readCar } from '@x/car'\nreadCar(new Uint8Array())")

it('wants a program that needs no network and no other file', () => {
  expect(textFaults('@x/car', program)).toEqual([])
  for (const info of ['ts network', 'ts [a.ts]', 'ts checked-by=a.test.ts', 'js', 'text']) {
    expect(textFaults('@x/car', fenced(info, 'go()'))).toEqual(['@x/car: its README has no program'])
  }
})

it.each([
  ["import { blockOf } from '@x/data-model'", '@x/data-model'],
  ["import {\n  blockOf,\n} from '@x/data-model/sub/path'", '@x/data-model'],
  ["import type { Block } from '@x/data-model'", '@x/data-model'],
  ["import '@x/data-model'", '@x/data-model'],
  ["await import('plain/sub')", 'plain'],
])('wants what a program imports to be installed: %s', (code, used) => {
  const text = program + fenced('ts network', code)
  expect(textFaults('@x/car', text)).toEqual([
    `@x/car: programs of its README import ${used}, which no 'npm install' there names`,
  ])
  const command = `npm install --save-dev @x/car ${used}`
  expect(textFaults('@x/car', text + fenced('sh', command))).toEqual([])
  expect(textFaults('@x/car', `${text}Do \`${command}\` first.`)).toEqual([])
})

it('lets programs import modules of Node, files of their own and parts of the package', () => {
  const code = ['node:fs', './own.ts', '@x/car/node'].map((specifier) => `import '${specifier}'`).join('\n')
  expect(textFaults('@x/car', program + fenced('ts', `${code}\nconst sql = "select 'a' from 'b'"`))).toEqual([])
})
