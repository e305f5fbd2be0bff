import { readFileSync } from 'node:fs'

/**
 * The version in the manifest of a package. `moduleUrl` is the `import.meta.url` of a module in its
 * `src/` or `dist/`, and in no folder below.
 */
export function packageVersion(moduleUrl: string): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', moduleUrl), 'utf8'))
  return manifest.version
}
