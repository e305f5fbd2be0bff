// How changesets become entries of a changelog: the text, with a link to the commit that brought
// it. Dependencies of the same release are no news, since all packages share one version.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readProject } from '../project.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export default {
  getReleaseLine({ summary, commit }) {
    const text = summary.trim().split('\n').join('\n  ')
    const short = commit?.slice(0, 7)
    return `- ${short ? `[${short}](${readProject(root).repository}/commit/${short}): ` : ''}${text}`
  },
  getDependencyReleaseLine: () => '',
}
