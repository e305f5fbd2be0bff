// What project.json says: the scope of the packages, and where the project lives.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const forms = {
  scope: [/^@[a-z0-9][a-z0-9-]*$/, 'an npm scope such as @example'],
  repository: [/^https:\/\/[^\s?#]+[^\s?#/]$/, 'an https address without a slash at its end'],
  homepage: [/^https:\/\/\S+$/, 'an https address'],
}

/** Reads project.json below `root`. Throws an error that names every value that is not one. */
export function readProject(root) {
  const project = JSON.parse(readFileSync(join(root, 'project.json'), 'utf8'))
  const faults = Object.entries(forms).flatMap(([name, [form, meaning]]) =>
    form.test(project[name] ?? '') && !/\.git$/.test(project[name])
      ? []
      : [`project.json: '${name}' must be ${meaning}, and is ${JSON.stringify(project[name])}`],
  )
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return project
}
