// The notes of a release, made from the changelogs of its packages.
const kinds = [
  ['Major Changes', 'Breaking changes'],
  ['Minor Changes', 'Changes'],
  ['Patch Changes', 'Fixes'],
]

/**
 * One text in Markdown about `version`, from `changelogs`: pairs of a package's name and the text
 * of its changelog. A change of several packages is told once, with their names.
 */
export function releaseNotes(version, changelogs) {
  const sections = kinds.flatMap(([heading, title]) => {
    const packagesOf = new Map()
    for (const [name, changelog] of changelogs) {
      for (const entry of entriesOf(changelog, version, heading)) {
        packagesOf.set(entry, [...(packagesOf.get(entry) ?? []), name.split('/').at(-1)])
      }
    }
    if (packagesOf.size === 0) return []
    const lines = [...packagesOf].map(([entry, names]) => `- **${names.join(', ')}** · ${entry}`)
    return [`## ${title}\n\n${lines.join('\n')}\n`]
  })
  return sections.length > 0 ? sections.join('\n') : 'No changes that users of the packages would notice.\n'
}

/** The entries of one version below one heading, without the dash they begin with. */
function entriesOf(changelog, version, heading) {
  const section = changelog.split(/^## /m).find((part) => part.split('\n')[0].trim() === version)
  const list = section?.split(/^### /m).find((part) => part.split('\n')[0].trim() === heading)
  if (list === undefined) return []
  const [, ...entries] = list.split(/^- /m)
  return entries.map((entry) => entry.trimEnd())
}
