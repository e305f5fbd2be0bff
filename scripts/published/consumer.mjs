// Projects outside the workspace, in which the tarballs are installed as anybody would.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../bundle-sources.mjs'
import { run } from './command.mjs'

/**
 * The oldest TypeScript that reads the declarations, which the README and the guide name: older
 * ones do not know `Uint8Array<ArrayBuffer>`, which ours and those of libraries name.
 */
export const oldestTypescript = '5.7.3'

/** What an importer has beside our packages, by its version here. */
const libraries = {
  '@types/node': versionOf('@types/node'),
  'typescript-oldest': `npm:typescript@${oldestTypescript}`,
  'typescript-newest': `npm:typescript@${versionOf('typescript-native')}`,
  typescript: versionOf('typescript'),
  vitest: versionOf('vitest'),
  kysely: versionOf('kysely', 'packages/storage-sql'),
}

/** How a project is installed. */
const managers = {
  npm: {
    prepare() {},
    install: ['npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']],
  },
  pnpm: pnpm({}),
  // Nothing can be imported that is not declared.
  'pnpm-without-hoisting': pnpm({ hoist: false, 'shamefully-hoist': false, 'auto-install-peers': false }),
}

export const managerNames = Object.keys(managers)

/** Makes the project in `folder` and installs the tarballs in it. */
export async function createConsumer(manager, folder, tarballs) {
  mkdirSync(folder, { recursive: true })
  const own = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]))
  const dependencies = { ...own, ...libraries }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'importer', private: true, type: 'module', dependencies }, null, 2),
  )
  managers[manager].prepare(folder, own)
  const [command, args] = managers[manager].install
  const { code, output } = await run(command, args, { cwd: folder })
  if (code !== 0) throw new Error(`${manager} cannot install the tarballs:\n${output}`)
  return folder
}

function pnpm(settings) {
  return {
    prepare(folder, own) {
      // No registry has these packages yet.
      const overrides = Object.entries(own).map(([name, file]) => `  ${JSON.stringify(name)}: ${JSON.stringify(file)}`)
      const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}`)
      writeFileSync(join(folder, 'pnpm-workspace.yaml'), [...lines, 'overrides:', ...overrides, ''].join('\n'))
    },
    install: ['pnpm', ['install', '--prefer-offline', '--reporter=append-only', '--no-frozen-lockfile']],
  }
}

function versionOf(name, folder = '.') {
  return JSON.parse(readFileSync(join(root, folder, 'node_modules', name, 'package.json'), 'utf8')).version
}
