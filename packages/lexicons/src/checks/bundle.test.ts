import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** What a bundler makes of a program, for browsers: importing anything of Node's would be an error. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['@atoll/source'],
  })
  return outputFiles[0]!.text
}

const documentsIn = (text: string) => Array.from(new Set(text.match(/(?:com\.atproto|app\.bsky)(?:\.[a-zA-Z]+){2}/g))).sort()

describe('a bundle', () => {
  it('holds only the documents of what is used', async () => {
    const program = "import { listRepos } from '../com.atproto.sync.ts'\nconsole.log(listRepos.parseParams(new URLSearchParams()))"
    expect(documentsIn(await bundled(program))).toEqual(['com.atproto.sync.listRepos'])
  })

  it('holds the documents that those refer to, directly or not', async () => {
    const program = "import { like } from '../app.bsky.feed.ts'\nconsole.log(like.is({}))"
    expect(documentsIn(await bundled(program))).toEqual(['app.bsky.feed.like', 'com.atproto.repo.strongRef'])
  })

  it('holds of those documents only the definitions that are used, and how to check these', async () => {
    const text = await bundled("import { post } from '../app.bsky.feed.ts'\nconsole.log(post.is({}))")
    expect(text).toContain('app.bsky.embed.record') // one of the things that a post embeds
    expect(text).not.toContain('app.bsky.embed.record#view') // what a server makes of it
    expect(text).not.toContain('app.bsky.actor')
    expect(text).toContain('a datetime')
    expect(text).not.toContain('a TID')
    expect(text).not.toContain('the codec is neither') // the class of CIDs, which nothing here makes
  })
})
