import { describe, expect, it } from 'vitest'
import { commandFaults } from './check-commands.mjs'

const tasks = ['test', 'start', 'build', 'bench', 'bench:packages']

describe('a document', () => {
  const faults = (text) => commandFaults('README.md', text, tasks)

  it.each([
    '`npm test`',
    '`npm start`',
    '`npm run bench:packages -- repo`',
    '`npm test -- packages/repo`',
    '```sh\nFAST_CHECK_SEED=random npm test   # looks further\n```',
    '    npm run bench -- --write     # indented',
    '`npm run --silent build`',
    '`npm install @atoll/syntax`',
    '`npm run …`',
    '`turbo`, `vitest` and pnpm in a sentence, npx too',
    '`node apps.js`',
    '`npm run bench -- [--only text] [--rounds n]`',
    '```sh\nnpm install @atoll/xrpc esbuild\n```\n```sh\nnpx esbuild page.ts --bundle\n```',
  ])('may say %j', (text) => {
    expect(faults(text)).toEqual([])
  })

  it.each([
    ['`pnpm bench`', "is not an 'npm run' command"],
    ['`npx changeset`', "is not an 'npm run' command"],
    ['`npx biome check --write .`', "is not an 'npm run' command"],
    ['```sh\nnpm run build && npx node examples/src/a.ts\n```', "is not an 'npm run' command"],
    ['    SEED=1 vitest run a.test.ts', "is not an 'npm run' command"],
    ['`node scripts/fuzz.mjs`', "is not an 'npm run' command"],
    ['`node apps/pds/dist/main.js`', "is not an 'npm run' command"],
    ['`turbo run build`', "is not an 'npm run' command"],
    ['`npm install @atoll/xrpc`, then `vitest run`', "is not an 'npm run' command"],
    ['`npm run fromat`', 'is not a script of package.json'],
    ['```\n$ npm run format\n```', 'is not a script of package.json'],
    ['`npm run bench --only b`', "needs a '--' before --only"],
    ['`npm run bench [--quick]`', "needs a '--' before [--quick]"],
    ['`npm test -t name`', "needs a '--' before -t"],
  ])('may not say %j', (text, fault) => {
    expect(faults(`A line before.\n\n${text}\n`)).toEqual([expect.stringContaining(fault)])
    expect(faults(`A line before.\n\n${text}\n`)[0]).toMatch(/^README\.md:[34]: /)
  })
})

describe('a source', () => {
  const faults = (text) => commandFaults('src/main.ts', text, tasks)

  it.each([
    '// npm run bench: everything',
    '/** What `npm start` prints. */',
    "const { status } = spawnSync('npx', ['--yes'])",
    "run: ['turbo', 'run', 'build']",
    '// vitest resolves sources',
    'const usage = `npm run bench -- [--quick]',
  ])('may say %j', (text) => {
    expect(faults(text)).toEqual([])
  })

  it.each([
    '// pnpm bench: everything',
    '/** `pnpm fuzz` runs them. */',
    'const usage = `pnpm bench [--quick]',
    '//   npm run build && npx node examples/src/a.ts',
    "console.log('  again: pnpm fuzz repo')",
    '/** A longer hunt: `RUNS=1 vitest run a.test.ts`. */',
    '  npm run bunch',
    '      - run: npm run bunch',
    '        run: npm run bench --quick',
  ])('may not say %j', (text) => {
    expect(faults(text).length).toBeGreaterThan(0)
  })
})
