import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a marker is in any file under a folder, which may change meanwhile. */
export function isInFiles(folder: string, marker: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .some(
      (file) => statSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file, 'latin1').includes(marker),
    )
}
