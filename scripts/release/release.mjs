// One release, from changesets to the tag. One that stopped half way goes on when it is run again.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf, run } from './command.mjs'
import { releaseNotes } from './notes.mjs'
import { publicPackages, sharedVersion } from './packages.mjs'
import { publishAll } from './publish.mjs'
import { isPublished, registryOf } from './registry.mjs'
import { openRepository } from './repository.mjs'
import { packAll, tarballFaults } from './tarballs.mjs'

/**
 * Makes a release of the checkout at `root`: checks, versions, tarballs, a commit, publication, and
 * a tag with the notes. `isDryRun` stops before the commit and takes back what was changed;
 * `skipsChecks` packs what was built before. Throws an error that says what to do.
 */
export async function release({ root, isDryRun, skipsChecks, log = console.log }) {
  const repository = await openRepository(root)
  await repository.requireClean()
  const hasChangesets = globSync('.changeset/*.md', { cwd: root }).length > 0
  if (!isDryRun) await repository.requireMain({ orPart: !hasChangesets })
  if (!hasChangesets) {
    const state = await stateOf(root)
    if (state.missing.length === 0) return tagVersion(repository, root, state, isDryRun, log)
    await requireResumable(repository, state)
  }
  if (!skipsChecks) await check(root, repository)

  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  let versioned = []
  try {
    if (hasChangesets) {
      const version = outputOf(root, 'changeset', ['version'])
      await version.finally(async () => (versioned = (await repository.changedFiles()).filter(isVersioned)))
    }
    const state = await stateOf(root)
    const tarballs = await packAll(root, state.missing, folder)
    const faults = (await Promise.all([...tarballs.values()].map(tarballFaults))).flat()
    if (faults.length > 0) throw new Error(faults.join('\n'))
    log(`${state.version}: ${tarballs.size} of ${state.packages.length} packages are to be published`)
    if (isDryRun) {
      for (const name of tarballs.keys()) log(`would publish ${name}@${state.version}`)
      log(`\n${notesOf(root, state)}`)
      return
    }
    // Before publication: what is published is then on main, where its provenance points to.
    if (hasChangesets) await repository.commitToMain(`release: ${state.version}`, versioned)
    else await repository.pushMain()
    versioned = []
    await publishAll(root, state, tarballs, log)
    await tagVersion(repository, root, state, isDryRun, log)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await repository.undo(versioned)
  }
}

/** Whether versions are made in this file: somebody may have changed others in the meantime. */
function isVersioned(file) {
  return /^\.changeset\/[^/]+\.md$|(?:^|\/)(?:package\.json|CHANGELOG\.md)$/.test(file)
}

/** The public packages, the version that they share, and those that the registry lacks. */
async function stateOf(root) {
  const packages = publicPackages(root)
  const version = sharedVersion(packages)
  const registry = await registryOf(root, packages[0].manifest.name.split('/')[0])
  const published = await Promise.all(packages.map(({ manifest }) => isPublished(registry, manifest.name, version)))
  return { packages, version, registry, missing: packages.filter((_, index) => !published[index]) }
}

/** Throws when the rest of a version would be of other sources than what is published of it. */
async function requireResumable(repository, { packages, version, missing }) {
  if (version === '0.0.0') throw new Error("There is nothing to release: 'npm run changeset' describes a change.")
  if (missing.length === packages.length) return
  const commit = await repository.versionCommit(packages[0].folder)
  const folders = packages.map(({ folder }) => folder)
  if (!(await repository.hasChangedSince(commit, folders))) return
  throw new Error(
    `${version} is published in part, and the packages have changed since: check out ${commit} to publish the rest, ` +
      'or add a changeset, for a version of its own.',
  )
}

/** The tests and all other checks, the builds among them. They may leave nothing behind. */
async function check(root, repository) {
  await run(root, 'npm', ['test'])
  await run(root, 'npm', ['run', '--silent', 'check'])
  await repository.requireClean()
}

/** Marks what was published. The notes are the text of the tag. */
async function tagVersion(repository, root, state, isDryRun, log) {
  const tag = `v${state.version}`
  if (await repository.hasTag(tag)) {
    log(`${state.version} is published and tagged: there is nothing to release.`)
  } else if (isDryRun) {
    log(`would tag ${tag}`)
  } else {
    await repository.tag(tag, `${tag}\n\n${notesOf(root, state)}`)
    log(`${state.version} is published and tagged.`)
  }
  if (!isDryRun) await repository.pushTag(tag)
}

function notesOf(root, { packages, version }) {
  const changelogs = packages.flatMap(({ folder, manifest }) => {
    const file = join(root, folder, 'CHANGELOG.md')
    return existsSync(file) ? [[manifest.name, readFileSync(file, 'utf8')]] : []
  })
  return releaseNotes(version, changelogs)
}
