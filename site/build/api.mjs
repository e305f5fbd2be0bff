// The API reference: one page for each entry of each package, made by TypeDoc from the sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application, ReflectionKind } from 'typedoc'
import { content, packages, root } from './places.mjs'

/** Writes the pages below `api/`, and returns the entries as `{ specifier, place }`. */
export async function writeApi(repository) {
  const entries = packages().flatMap(({ folder, manifest, name }) =>
    Object.entries(manifest.exports)
      .map(([path, target]) => ({ path, source: target?.['@atoll/source'] }))
      .filter(({ path, source }) => source !== undefined && !path.includes('*'))
      .map(({ path, source }) => ({
        specifier: manifest.name + path.slice(1),
        file: join(root, folder, source),
        place: `api/${name}${path.slice(1)}.md`,
        path: `${name}${path.slice(1)}`,
      })),
  )
  const application = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ file }) => file),
    out: join(content, 'api'),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: root,
    plugin: ['typedoc-plugin-markdown'],
    router: 'module',
    readme: 'none',
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableGit: true,
    gitRevision: 'main',
    sourceLinkTemplate: `${repository}/blob/{gitRevision}/{path}#L{line}`,
    // Of two headings alike, the plugin and VitePress number different ones.
    useHTMLAnchors: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hideGroupHeadings: false,
    sanitizeComments: true,
    useHTMLEncodedBrackets: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'list',
    entryFileName: 'index',
    validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: false },
    logLevel: 'Warn',
  })
  const project = await application.convert()
  if (!project) throw new Error('TypeDoc could not read the sources')
  // Modules get the names that importers write.
  for (const entry of entries) {
    const module = project
      .getChildrenByKind(ReflectionKind.Module)
      .find(({ sources }) => sources?.some(({ fullFileName }) => fullFileName === entry.file))
    if (!module) throw new Error(`TypeDoc has no module of ${entry.specifier}`)
    module.name = entry.path
  }
  await application.generateOutputs(project)
  for (const { specifier, place } of entries) {
    const file = join(content, place)
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/^# .*$/m, () => `# ${specifier}`),
    )
  }
  return entries.map(({ specifier, place }) => ({ specifier, place }))
}
