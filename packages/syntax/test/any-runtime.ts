// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { formatDatetime, isDid, nsidAuthority, parseAtUri, parseNsid, splitAtUri, TidClock } from '@atoll/syntax'

export function scenario() {
  const { authority, collection, rkey } = splitAtUri(
    parseAtUri('at://did:plc:7iza6de2dwap2sbkpav7c6c6/app.bsky.feed.post/3jzfcijpj2z2a'),
  )
  const clock = new TidClock({ now: () => 1_700_000_000_000, clockId: 7 })
  return {
    did: isDid(authority),
    path: [collection, rkey],
    authority: nsidAuthority(parseNsid('app.bsky.feed.post')),
    tids: [clock.next(), clock.next()],
    datetime: formatDatetime(new Date(0)),
  }
}

export const expected = {
  did: true,
  path: ['app.bsky.feed.post', '3jzfcijpj2z2a'],
  authority: 'feed.bsky.app',
  tids: ['3ke6kg3wk222b', '3ke6kg3wk232b'],
  datetime: '1970-01-01T00:00:00.000Z',
}
