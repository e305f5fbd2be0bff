// Writes the declarations of the package in whose folder it runs, one file beside another as the
// sources are, with maps: an editor that goes to a definition lands in the sources. Other packages
// must have been built.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = process.cwd()
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const condition = Object.keys(exports['.'])[0]
const entries = globSync(Object.values(exports).flatMap((entry) => entry?.[condition] ?? []))

const config = join(folder, 'node_modules', '.cache', 'declarations', 'tsconfig.json')
mkdirSync(dirname(config), { recursive: true })
writeFileSync(
  config,
  JSON.stringify({
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: false,
      emitDeclarationOnly: true,
      declaration: true,
      declarationMap: true,
      // Other packages come in as those who install them see them.
      customConditions: [],
      rootDir: join(folder, 'src'),
      outDir: join(folder, 'dist'),
    },
    files: entries.map((entry) => join(folder, entry)),
  }),
)
const compiler = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc')
const { status, error } = spawnSync(process.execPath, [compiler, '-p', config], { stdio: 'inherit' })
if (error) throw error
if (status !== 0) process.exit(status ?? 1)

// Declarations name each other as sources do, './cid.ts', which only some settings resolve.
const imported = /((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(?=['"])/g
for (const file of globSync('dist/**/*.d.ts')) {
  const text = readFileSync(file, 'utf8')
  const renamed = text.replace(imported, '$1.js')
  if (renamed !== text) writeFileSync(file, renamed)
}
