// Fails on a command in documents, comments and messages that package.json does not have: there is
// one vocabulary, `npm test`, `npm start` and `npm run …`, and all of it runs on the pinned Node.
// Flags come after a `--`, or npm would take them for its own. A document that installs packages
// speaks of its reader's own project, where `npx` is how they are run.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Programs that need node_modules/.bin on the path, or that install what they run. */
const runners = ['pnpm', 'npx', 'yarn', 'vitest', 'turbo', 'tsc', 'tsup', 'biome', 'knip', 'changeset']
const runner = new RegExp(`^(?:${runners.join('|')})\\s+\\S`)
const ownScript = /^node\s+(?:--\S+\s+)*(?:\.\/)?(?:scripts|packages|apps|bench|examples|e2e|interop)\//
const task =
  /^npm\s+(?:run(?:-script)?\s+(?:--silent\s+)?(?<run>[\w-]+(?::[\w-]+)*)|(?<short>test|start)\b)(?<rest>.*)$/
const ofReaders = /^npm install\s+\S/
const settings = /^(?:\$\s+|[A-Z][A-Z0-9_]*=\S*\s+)+/

/** One sentence for each fault in the text of a file. `tasks` are the scripts of package.json. */
export function commandFaults(file, text, tasks) {
  const codes = file.endsWith('.md') ? codeOfDocument(text) : codeOfSource(text)
  const commands = codes.flatMap(({ line, code }) => commandsIn(code).map((command) => ({ line, command })))
  const isOfReaders = file.endsWith('.md') && commands.some(({ command }) => ofReaders.test(command))
  return commands.flatMap(({ line, command }) => {
    if (isOfReaders && command.startsWith('npx ')) return []
    const fault = faultOf(command, tasks)
    return fault ? [`${file}:${line}: '${command}' ${fault}`] : []
  })
}

function faultOf(command, tasks) {
  if (runner.test(command) || ownScript.test(command)) return "is not an 'npm run' command"
  const { run, short, rest = '' } = task.exec(command)?.groups ?? {}
  const name = run ?? short
  if (name === undefined) return undefined
  if (!tasks.includes(name)) return 'is not a script of package.json'
  const flag = rest.split(/\s+/).find((word) => /^\[?-/.test(word))
  return flag === undefined || flag === '--' ? undefined : `needs a '--' before ${flag}`
}

/** The commands of a line of shell, without comments and the settings before them. */
function commandsIn(code) {
  return code
    .replace(/\s#\s.*$/, '')
    .split(/&&|;|\|/)
    .map((command) => command.trim().replace(settings, ''))
}

/** Code spans, fenced blocks and indented ones. */
function codeOfDocument(text) {
  let isFenced = false
  return text.split('\n').flatMap((content, index) => {
    const line = index + 1
    if (/^\s*```/.test(content)) {
      isFenced = !isFenced
      return []
    }
    if (isFenced || /^ {4}\S/.test(content)) return [{ line, code: content }]
    return spansOf(content, line)
  })
}

/**
 * In comments and messages, commands are in quotes of some kind, or right after the mark of a
 * comment.
 */
function codeOfSource(text) {
  return text.split('\n').flatMap((content, index) => {
    const line = index + 1
    const comment = /^\s*(?:\/\/|\/?\*+|#)\s+(?<code>(?:[A-Z_]+=\S+\s+)*(?:pnpm|npx|npm|yarn)\s.*)$/.exec(content)
      ?.groups.code
    const usage = /(?:^\s*|^\s*(?:- )?run: |again: |usage = `)(?<code>(?:pnpm|npx|npm)\s.*)$/.exec(content)?.groups.code
    return [comment, usage].flatMap((code) => (code ? [{ line, code }] : [])).concat(spansOf(content, line))
  })
}

function spansOf(content, line) {
  return [...content.matchAll(/(?<quote>['"`])(?<code>(?:(?!\k<quote>).)+)\k<quote>/g)].map(({ groups }) => ({
    line,
    code: groups.code.replace(/\\$/, ''),
  }))
}

function main(root) {
  const tasks = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts)
  const skipped = ['node_modules', 'dist', '.git', '.turbo', 'data']
  const exclude = (entry) => skipped.includes(typeof entry === 'string' ? entry : entry.name)
  const files = globSync(['**/*.{md,ts,mjs}', '.ci/*', '.github/workflows/*'], { cwd: root, exclude }).filter(
    (file) => !/(?:^|\/)(?:CHANGELOG\.md|check-commands\.test\.mjs)$/.test(file),
  )
  const faults = files.flatMap((file) => commandFaults(file, readFileSync(join(root, file), 'utf8'), tasks))
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exit(1)
  console.log(`commands: those in ${files.length} files are scripts of package.json`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.cwd())
