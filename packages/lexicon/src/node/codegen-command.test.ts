import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCodegen } from './codegen-command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codegen-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (path: string) => join(folder, path)

function put(path: string, content: string | object): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), typeof content === 'string' ? content : JSON.stringify(content))
}

const tide = (extra: object = {}) => ({
  lexicon: 1,
  id: 'com.example.reef.tide',
  defs: { main: { type: 'object', properties: { height: { type: 'integer' }, ...extra } } },
})
const place = { lexicon: 1, id: 'com.example.reef.place', defs: { main: { type: 'object', properties: {} } } }
const refersTo = (ref: string, id = 'com.example.shore.walk') => ({
  lexicon: 1,
  id,
  defs: { main: { type: 'object', properties: { it: { type: 'ref', ref } } } },
})

/** Runs the command in the test's folder; says how it ended and what it printed. */
function run(...args: string[]): { code: number; out: string; err: string } {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { log: (line: string) => void out.push(line), error: (line: string) => void err.push(line) }
  const code = runCodegen(
    args.map((arg) => (arg.startsWith('./') ? at(arg) : arg)),
    'atoll-lexicon-codegen',
    output,
  )
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe('generating modules into a folder', () => {
  it('makes the folder, and leaves files alone that nobody generated', () => {
    put('lexicons/tide.json', tide())
    expect(run('./lexicons', './src/made')).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(at('src/made')).sort()).toEqual(['com.example.reef.ts', 'index.ts'])
    put('src/made/mine.ts', 'export const mine = 1\n')
    put('src/made/more/index.ts', 'export {}\n')
    expect(run('./lexicons', './src/made')).toMatchObject({ code: 0, out: expect.stringContaining('0 changed') })
    expect(readFileSync(at('src/made/mine.ts'), 'utf8')).toBe('export const mine = 1\n')
    expect(readdirSync(at('src/made/more'))).toEqual(['index.ts'])
  })

  it('removes generated modules without documents, and names each', () => {
    put('lexicons/tide.json', tide())
    put('lexicons/walk.json', { ...tide(), id: 'com.example.shore.walk' })
    run('./lexicons', './made')
    rmSync(at('lexicons/walk.json'))
    const { code, out } = run('./lexicons', './made')
    expect([code, readdirSync(at('made')).sort()]).toEqual([0, ['com.example.reef.ts', 'index.ts']])
    expect(out).toContain(`removed ${at('made/com.example.shore.ts')}`)
  })

  it('writes nothing when a file that nobody generated is in the way', () => {
    put('lexicons/tide.json', tide())
    put('src/index.ts', 'export const mine = 1\n')
    const { code, err } = run('./lexicons', './src')
    expect([code, readdirSync(at('src'))]).toEqual([1, ['index.ts']])
    expect(err).toContain(at('src/index.ts'))
    expect(readFileSync(at('src/index.ts'), 'utf8')).toBe('export const mine = 1\n')
  })

  it.each([
    ['a link', (path: string) => symlinkSync(at('mine.ts'), path)],
    ['a link to nothing', (path: string) => symlinkSync(at('nothing.ts'), path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('writes nothing when %s is in the way', (_, make) => {
    put('lexicons/tide.json', tide())
    put('mine.ts', 'export const mine = 1\n')
    mkdirSync(at('made'))
    make(at('made/index.ts'))
    const { code, err } = run('./lexicons', './made')
    expect([code, readdirSync(at('made'))]).toEqual([1, ['index.ts']])
    expect(err).toContain(`in the way: ${at('made/index.ts')}`)
    expect(readFileSync(at('mine.ts'), 'utf8')).toBe('export const mine = 1\n')
    expect(readdirSync(folder)).not.toContain('nothing.ts')
  })

  it('reads what is linked to, and does not go round in circles', () => {
    put('elsewhere/tide.json', tide())
    put('shared/walk.json', refersTo('com.example.reef.tide'))
    mkdirSync(at('lexicons'))
    symlinkSync(at('elsewhere/tide.json'), at('lexicons/tide.json'))
    symlinkSync(at('shared'), at('lexicons/shared'))
    symlinkSync(at('lexicons'), at('shared/back'))
    expect(run('./lexicons', './made')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('3 modules') })
  })

  it('with --check writes nothing, and says what would change', () => {
    put('lexicons/tide.json', tide())
    expect(run('./lexicons', './made', '--check')).toMatchObject({ code: 1, err: expect.stringContaining('index.ts') })
    expect(readdirSync(folder)).toEqual(['lexicons'])
    run('./lexicons', './made')
    expect(run('./lexicons', './made', '--check')).toMatchObject({ code: 0, err: '' })
    for (const name of readdirSync(at('made'))) {
      put(`made/${name}`, readFileSync(at(`made/${name}`), 'utf8').replaceAll('\n', '\r\n'))
    }
    expect(run('./lexicons', './made', '--check')).toMatchObject({ code: 0, err: '' })
  })

  it.each([
    [[], "from './com.example.reef.js'"],
    [['--import-ext', '.js'], "from './com.example.reef.js'"],
    [['--import-ext', '.ts'], "from './com.example.reef.ts'"],
    [['--import-ext', 'none'], "from './com.example.reef'"],
  ])('writes imports as asked: %j', (options, text) => {
    put('lexicons/tide.json', tide())
    put('lexicons/walk.json', refersTo('com.example.reef.tide'))
    expect(run('./lexicons', './made', ...options).code).toBe(0)
    expect(readFileSync(at('made/index.ts'), 'utf8')).toContain(text)
    expect(readFileSync(at('made/com.example.shore.ts'), 'utf8')).toContain(`import * as comExampleReef ${text}`)
  })

  it.each([
    [['./lexicons'], 2, 'two folders'],
    [['./lexicons', './made', './more'], 2, 'two folders'],
    [['./lexicons', './made', '--import-ext', '.mjs'], 2, '.js, .ts or none, not .mjs'],
    [['./lexicons', './made', '--chek'], 2, '--chek'],
    [['./nowhere', './made'], 1, 'nowhere'],
    [['./empty', './made'], 1, 'no documents'],
    [['./broken', './made'], 1, join('broken', 'tide.json')],
    [['./no-json', './made'], 1, join('no-json', 'tide.json')],
    [['./twice', './made'], 1, 'both called com.example.reef.tide'],
    [['./alone', './made'], 1, 'com.example.shore.walk refers to com.example.reef.tide'],
    [['./twins', './made'], 1, 'two declarations of com.example.reef would be called Tide'],
    [['./alike', './made'], 1, 'com.Example.reef and com.example.reef would be one file'],
    [['./lexicons', './file'], 1, 'ENOTDIR'],
  ])('refuses %j, and says why', (args, code, text) => {
    put('lexicons/tide.json', tide())
    put('empty/readme.md', '')
    put('broken/tide.json', { ...tide(), lexicon: 2 })
    put('no-json/tide.json', '{')
    put('twice/a.json', tide())
    put('twice/b.json', tide())
    put('alone/walk.json', refersTo('com.example.reef.tide'))
    for (const [folder, id] of Object.entries({ twins: 'com.example.reef.Tide', alike: 'com.Example.reef.tide' })) {
      put(`${folder}/a.json`, tide())
      put(`${folder}/b.json`, { ...tide(), id })
    }
    put('file', '')
    const result = run(...args)
    expect(result).toMatchObject({ code, err: expect.stringContaining(text) })
    expect(readdirSync(folder)).not.toContain('made')
  })

  it('explains itself', () => {
    expect(run('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('--import PACKAGE') })
  })
})

describe('importing the lexicons of a package', () => {
  const publish = (
    name: string,
    documents: object[],
    lexicons: unknown = { documents: './lex', modules: './made/*' },
  ) => {
    put(`node_modules/${name}/package.json`, { name, atoll: { lexicons } })
    for (const [i, document] of documents.entries()) put(`node_modules/${name}/lex/${i}.json`, document)
  }
  const moduleText = (group: string) => readFileSync(at(`app/made/${group}.ts`), 'utf8')

  it('refers to its modules, and generates none for them', () => {
    publish('reef-lexicons', [tide()])
    put('app/lexicons/walk.json', refersTo('com.example.reef.tide'))
    expect(run('./app/lexicons', './app/made', '--import', 'reef-lexicons')).toMatchObject({ code: 0, err: '' })
    expect(readdirSync(at('app/made')).sort()).toEqual(['com.example.shore.ts', 'index.ts'])
    const text = moduleText('com.example.shore')
    expect(text).toContain("import * as comExampleReef from 'reef-lexicons/made/com.example.reef'")
    expect(text).toContain('it?: comExampleReef.Tide')
    expect(moduleText('index')).not.toContain('reef')
  })

  it('tells a group of its own from the same group in a package', () => {
    publish('reef', [tide()])
    put('app/lexicons/walk.json', refersTo('com.example.reef.tide', 'com.example.reef.walk'))
    put('app/lexicons/place.json', place)
    put('app/lexicons/hike.json', {
      ...refersTo('com.example.reef.place'),
      defs: {
        main: {
          type: 'object',
          properties: {
            a: { type: 'ref', ref: 'com.example.reef.place' },
            b: { type: 'ref', ref: 'com.example.reef.tide' },
          },
        },
      },
    })
    expect(run('./app/lexicons', './app/made', '--import', 'reef')).toMatchObject({ code: 0, err: '' })
    expect(moduleText('com.example.reef')).toContain('it?: comExampleReef.Tide')
    expect(moduleText('com.example.shore')).toContain('a?: comExampleReef.Place\n  b?: comExampleReef$.Tide')
  })

  it('prefers documents of its own, and then the package that was named first', () => {
    publish('first', [tide(), place])
    publish('second', [tide(), place])
    put('app/lexicons/tide.json', tide())
    put('app/lexicons/a.json', refersTo('com.example.reef.tide', 'com.example.shore.a'))
    put('app/lexicons/b.json', refersTo('com.example.reef.place', 'com.example.shore.b'))
    expect(run('./app/lexicons', './app/made', '--import', 'first', '--import', 'second').code).toBe(0)
    const text = moduleText('com.example.shore')
    expect(text).toContain("from './com.example.reef.js'")
    expect(text).toContain("from 'first/made/com.example.reef'")
    expect(text).not.toContain('second')
  })

  it.each([
    ['nothing', 'nothing is not installed: `npm install nothing`'],
    ['silent', 'silent does not publish lexicons'],
    ['odd', 'odd says of its lexicons what cannot be read'],
    ['outside', 'outside says of its lexicons what cannot be read'],
    ['backwards', 'backwards says of its lexicons what cannot be read'],
    ['broken', `${join('broken', 'package.json')} cannot be read`],
    ['empty', 'there is no such folder'],
    ['../odd', '../odd is not the name of a package'],
    ['other', 'com.example.shore.walk refers to com.example.reef.tide'],
  ])('says what is wrong with %s', (name, text) => {
    put('node_modules/silent/package.json', { name: 'silent' })
    publish('odd', [], { documents: './lex', modules: './made' })
    publish('outside', [], { documents: './../lex', modules: './*' })
    publish('backwards', [], { documents: './x\\..\\..\\lex', modules: './*' })
    put('node_modules/broken/package.json', '{')
    publish('empty', [])
    publish('other', [place])
    put('app/lexicons/walk.json', refersTo('com.example.reef.tide'))
    const { code, err } = run('./app/lexicons', './app/made', '--import', name)
    expect(code).toBe(1)
    expect(err).toContain(text)
  })

  it('checks references into it', () => {
    publish('reef', [tide()])
    put('app/lexicons/walk.json', refersTo('com.example.reef.tide#nothing'))
    expect(run('./app/lexicons', './app/made', '--import', 'reef').err).toContain('leads to nothing')
  })
})
