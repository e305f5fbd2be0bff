// The `npm` of a page's project: `npm install` and `npm init`, without a registry.
import { installPackage } from './project.mjs'

const [folder, command, ...args] = process.argv.slice(2)
if (command === 'init') process.exit(0)
if (command !== 'install') {
  console.error(`npm ${command}: pages run 'npm init' and 'npm install' alone`)
  process.exit(1)
}
for (const arg of args.filter((word) => !word.startsWith('-'))) {
  installPackage(folder, arg.replace(/(?<=.)@[^/]+$/, ''))
}
