import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'

/** Where the project's repository is, without a slash at the end. */
export function repositoryAddress() {
  return JSON.parse(readFileSync(join(root, 'project.json'), 'utf8')).repository
}
