// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { lexicons } from '@atoll/lexicons'
import { post } from '@atoll/lexicons/app.bsky.feed'
import { listRepos } from '@atoll/lexicons/com.atproto.sync'

export function scenario() {
  const draft = { $type: 'app.bsky.feed.post', text: 'Low tide.', createdAt: '2024-03-05T12:34:56.789Z' }
  return {
    post: post.is(draft),
    like: lexicons().validateRecord('app.bsky.feed.like', draft).ok,
    params: listRepos.parseParams(new URLSearchParams('limit=10')),
  }
}

export const expected = { post: true, like: false, params: { ok: true, value: { limit: 10 } } }
