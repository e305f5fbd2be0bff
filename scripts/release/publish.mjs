// Publication of tarballs with npm.
import { run } from './command.mjs'
import { isPublished } from './registry.mjs'

/**
 * Publishes `tarballs`, a map of names to files, in its order, each once. Throws at the first that
 * the registry does not take, with how far it came.
 */
export async function publishAll(root, { version, registry }, tarballs, log, env = process.env) {
  const proves = canProve(env)
  if (!proves) log('Without provenance: only a CI job that may ask for an OIDC token can prove where it comes from.')
  const flags = ['--access=public', `--provenance=${proves}`, `--tag=${distTag(version)}`, '--loglevel=error']
  let done = 0
  for (const [name, tarball] of tarballs) {
    try {
      await run(root, 'npm', ['publish', tarball, ...flags])
    } catch (error) {
      // Another run may have been quicker, or an answer was lost on its way.
      if (!(await isPublished(registry, name, version))) {
        throw new Error(
          `${name}@${version} could not be published; ${done} of ${tarballs.size} are. ` +
            "When the cause is gone, 'npm run release' publishes the rest.",
          { cause: error },
        )
      }
    }
    done++
    log(`published ${name}@${version} (${done} of ${tarballs.size})`)
  }
}

/** Whether npm can get the token that provenance is signed with: on GitHub and GitLab. */
export function canProve(env) {
  const onGitHub = Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
  return onGitHub || Boolean(env.GITLAB_CI && env.SIGSTORE_ID_TOKEN)
}

/** `latest` is what people get who name no version: never a pre-release. */
export function distTag(version) {
  const [, preRelease] = version.split('+')[0].split(/-(.*)/)
  if (preRelease === undefined) return 'latest'
  return /^[a-z]+/.exec(preRelease)?.[0] ?? 'next'
}
