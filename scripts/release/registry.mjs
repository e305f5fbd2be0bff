// What the registry already has.
import { outputOf } from './command.mjs'

/** The address of the registry that npm is configured to use for a scope. */
export async function registryOf(root, scope) {
  const ofScope = await outputOf(root, 'npm', ['config', 'get', `${scope}:registry`])
  return ofScope === 'undefined' ? outputOf(root, 'npm', ['config', 'get', 'registry']) : ofScope
}

/**
 * Tells whether the registry at the address `registry` has this version of a package. Throws when
 * the answer is neither yes nor no.
 */
export async function isPublished(registry, name, version) {
  const url = `${registry.replace(/\/$/, '')}/${name.replace('/', '%2f')}/${version}`
  const response = await ask(url)
  await response.body?.cancel()
  if (response.status === 404) return false
  if (response.ok) return true
  throw new Error(`${url} answers ${response.status}: whether ${name}@${version} is published cannot be seen.`)
}

async function ask(url) {
  try {
    return await fetch(url, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(30_000) })
  } catch (error) {
    throw new Error(`The registry does not respond at ${url}.`, { cause: error.cause ?? error })
  }
}
